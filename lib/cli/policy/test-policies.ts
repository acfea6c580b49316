import { dirname } from 'node:path';
import { loadConfiguration } from '../../config/load-configuration.ts';
import { type AccessCase, type CaseAnswer, decideCase } from '../../policy/access/decide-case.ts';
import { modelFacts } from '../../policy/access/index.ts';
import { type ApiOptions, type ApiSources, connect } from '../api-client.ts';
import { CommandError } from '../command-error.ts';
import { print } from '../tenancy/print.ts';
import { type DecisionRow, type DecisionTable, readCases } from './read-cases.ts';
import { localTenantId, readPolicies } from './read-policies.ts';

export interface TestPoliciesOptions extends ApiOptions {
  readonly policies?: string;
  readonly config?: string;
  readonly api?: boolean;
}

type Decide = (wanted: AccessCase) => CaseAnswer | Promise<CaseAnswer>;

/**
 * `openclaw policy test`: compares each row of a table with what is decided, by files on this machine or by a deployment.
 *
 * @throws CommandError where a row is not as expected
 */
export async function testPolicies(
  file: string,
  options: TestPoliciesOptions,
  sources?: ApiSources,
): Promise<void> {
  if (options.api && (options.policies !== undefined || options.config !== undefined)) {
    throw new CommandError(
      'with --api the policies and models are those of the deployment: leave out the others',
    );
  }
  const table = await readCases(file);
  const decide = options.api ? await byApi(options, sources) : await byFiles(file, table, options);
  let missed = 0;
  for (const row of table.rows) {
    const differences = compare(row, await decide(row.wanted));
    print(`${differences.length === 0 ? 'ok  ' : 'FAIL'}  ${row.name}`, ...differences);
    if (differences.length > 0) missed += 1;
  }
  const total = table.rows.length;
  if (missed > 0) throw new CommandError(`${missed} of ${total} decisions are not as expected`);
  print(`All ${total} decisions are as expected.`);
}

async function byApi(options: ApiOptions, sources: ApiSources | undefined): Promise<Decide> {
  const api = await connect(options, sources);
  return (wanted) => api.post<CaseAnswer>('/openclaw/policies/decide', wanted);
}

async function byFiles(file: string, table: DecisionTable, options: TestPoliciesOptions): Promise<Decide> {
  const policies = await readPolicies(options.policies ?? dirname(file));
  const models = table.models ?? (await configuredModels(options.config));
  return (wanted) => {
    const model = wanted.model === undefined ? undefined : models.get(wanted.model);
    if (wanted.model !== undefined && !model) throw new CommandError(`there is no model '${wanted.model}'`);
    return decideCase(wanted, { tenantId: localTenantId, policies, residency: table.residency, model });
  };
}

async function configuredModels(file: string | undefined) {
  const configuration = await loadConfiguration(file);
  const factsOf = modelFacts(configuration, configuration.region);
  return { get: factsOf };
}

function compare({ expect, by, code }: DecisionRow, answer: CaseAnswer): readonly string[] {
  const isSame =
    answer.decision === expect &&
    (by === undefined || isEqual(by, answer.policy_ids)) &&
    (code === undefined || code === answer.code);
  if (isSame) return [];
  return [
    `      - ${describe(expect, by, code)}`,
    `      + ${describe(answer.decision, answer.policy_ids, answer.code ?? undefined)}`,
    ...answer.targets
      .filter(() => answer.targets.length > 1)
      .map(({ provider, regions, decision, policy_ids, outside_residency }) => {
        const place = regions === null ? 'nobody knows where' : regions.join(', ');
        const residency = outside_residency ? ', outside the residency' : '';
        return `        ${provider} (${place}): ${describe(decision, policy_ids)}${residency}`;
      }),
  ];
}

function isEqual(wanted: readonly string[], given: readonly string[]): boolean {
  return [...wanted].sort().join('\n') === [...given].sort().join('\n');
}

function describe(decision: string, by: readonly string[] = [], code?: string): string {
  return `${decision}${by.length === 0 ? '' : ` by ${[...by].sort().join(', ')}`}${code === undefined ? '' : ` (${code})`}`;
}
