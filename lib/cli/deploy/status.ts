import { isDeepStrictEqual } from 'node:util';
import { type DeployedStack, readStack, readTemplate } from './aws/stacks.ts';
import { apiUrl } from './deployed-api.ts';
import { type DeploymentPlan, planDeployment } from './deployment-plan.ts';
import { explainingFailures } from './explain-call.ts';
import { findTarget } from './preflight/index.ts';
import { smokeTest } from './smoke-test.ts';
import { print } from './terminal.ts';

export interface StatusOptions {
  /** File of the configuration. */
  readonly config: string;
  /** Prints JSON, for a program. */
  readonly json?: boolean;
}

/** A stack as it is deployed, beside what would be deployed now. */
export interface StackStatus {
  readonly name: string;
  /** CloudFormation's state, or `NOT_DEPLOYED`. */
  readonly status: string;
  readonly statusReason?: string;
  readonly updatedAt?: string;
  /** Whether the local code and configuration make the same template. */
  readonly matchesLocal: boolean;
  /** Whether resources were changed by hand, as CloudFormation last found when it was asked to look. */
  readonly drift?: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The state of a deployment. */
export interface DeploymentStatus {
  readonly account: string;
  readonly region: string;
  readonly stacks: readonly StackStatus[];
  /** The API and whether it answers; undefined where none is deployed. */
  readonly api?: { readonly url: string; readonly answers: boolean; readonly detail: string };
}

/** `openclaw status`: what is deployed, how it is, and whether it is what the local code would deploy. */
export async function status({ config, json }: StatusOptions): Promise<void> {
  const plan = await planDeployment({ config, validate: false });
  const found = await explainingFailures(() => readStatus(plan));
  print(json ? JSON.stringify(found, undefined, 2) : format(found));
}

/** Asks the account for the state of a deployment. */
export async function readStatus(plan: DeploymentPlan, patienceMs = 0): Promise<DeploymentStatus> {
  const { region, identity } = await findTarget(plan.configuration);
  const stacks = await Promise.all(plan.stacks.map((stack) => readStackStatus(stack, region)));
  const url = apiUrl(Object.assign({}, ...stacks.map(({ outputs }) => outputs)));
  if (url === undefined) return { account: identity.account, region, stacks };
  const { passed, lines } = await smokeTest({ url, model: '', patienceMs });
  return {
    account: identity.account,
    region,
    stacks,
    api: { url, answers: passed, detail: lines.at(-1) ?? '' },
  };
}

async function readStackStatus(
  { name, template }: DeploymentPlan['stacks'][number],
  region: string,
): Promise<StackStatus> {
  const options = { signal: AbortSignal.timeout(20_000) };
  const stack = await readStack({ region }, name, options);
  if (stack === undefined) return { name, status: 'NOT_DEPLOYED', matchesLocal: false, outputs: {} };
  const deployed = await readTemplate({ region }, name, options);
  return { ...describe(stack), matchesLocal: isDeepStrictEqual(parse(deployed), template) };
}

function describe(stack: DeployedStack): Omit<StackStatus, 'matchesLocal'> {
  const { name, status, statusReason, updatedAt, drift, outputs } = stack;
  return {
    name,
    status,
    ...(statusReason !== undefined && { statusReason }),
    ...(updatedAt !== undefined && { updatedAt: updatedAt.toISOString() }),
    drift,
    outputs,
  };
}

/** A stack of the CDK has a template in JSON; one of anybody else may be in YAML, and is then another's. */
function parse(template: string): unknown {
  try {
    return JSON.parse(template);
  } catch {
    return undefined;
  }
}

function format({ account, region, stacks, api }: DeploymentStatus): string {
  const lines = [`Account ${account}, ${region}`, ''];
  for (const stack of stacks) {
    lines.push(`${stack.name}: ${stack.status}${stack.statusReason ? ` (${stack.statusReason})` : ''}`);
    if (stack.status === 'NOT_DEPLOYED') continue;
    lines.push(`  last changed ${stack.updatedAt ?? 'at an unknown time'}`);
    lines.push(
      stack.matchesLocal
        ? '  the same as the local code and configuration'
        : '  differs from the local code and configuration: `npx openclaw deploy --dry-run` shows how',
    );
    lines.push(`  ${describeDrift(stack)}`);
    for (const [name, value] of Object.entries(stack.outputs)) {
      // What the stacks pass to each other, by names that the CDK makes.
      if (!name.startsWith('ExportsOutput')) lines.push(`  ${name} = ${value}`);
    }
  }
  lines.push('', api === undefined ? 'No API is deployed' : `API: ${api.detail}`);
  return lines.join('\n');
}

function describeDrift({ name, drift }: StackStatus): string {
  if (drift === 'IN_SYNC') return 'nothing was changed by hand when CloudFormation last looked';
  if (drift === 'DRIFTED') return `changed by hand: \`npx cdk drift ${name}\` shows what`;
  return `nobody has looked for changes by hand: \`npx cdk drift ${name}\` does`;
}
