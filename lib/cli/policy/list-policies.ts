import { type ApiOptions, type ApiSources, connect } from '../api-client.ts';
import { print, printJson, printTable } from '../tenancy/print.ts';
import { type Policy, policiesPath } from './policy.ts';

/**
 * `openclaw policy list`: a line for each policy.
 *
 * @throws CommandError that tells what to change
 */
export async function listPolicies(
  options: ApiOptions & { readonly json?: boolean },
  sources?: ApiSources,
): Promise<void> {
  const api = await connect(options, sources);
  const policies: Policy[] = [];
  for await (const policy of api.list<Policy>(policiesPath)) policies.push(policy);
  if (options.json) return printJson(policies);
  if (policies.length === 0) return print('There are none: everything that roles allow is allowed.');
  printTable(
    ['ID', 'EFFECT', 'WORKS', 'TEMPLATE', 'DESCRIPTION'],
    policies.map(({ id, effect, enabled, template, description }) => [
      id,
      effect,
      enabled ? 'yes' : 'no',
      template ?? '-',
      description,
    ]),
  );
}
