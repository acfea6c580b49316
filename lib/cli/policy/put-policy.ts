import { readFile } from 'node:fs/promises';
import { policyTemplates } from '../../policy/access/policy-templates.ts';
import { type ApiOptions, type ApiSources, connect, path } from '../api-client.ts';
import { CommandError } from '../command-error.ts';
import { print } from '../tenancy/print.ts';
import { type Policy, policiesPath } from './policy.ts';

export interface PutPolicyOptions extends ApiOptions {
  readonly template?: string;
  /** The template's values; one that was given once may still be of a list. */
  readonly set?: Readonly<Record<string, string | readonly string[]>>;
  readonly description?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
}

/**
 * `openclaw policy put`: writes a policy, or changes the one that there is.
 *
 * @throws CommandError that tells what to change, for a policy that is not valid with line and column
 */
export async function putPolicy(
  id: string,
  file: string | undefined,
  options: PutPolicyOptions,
  sources?: ApiSources,
): Promise<void> {
  const body = {
    ...(await written(file, options)),
    ...(options.description !== undefined && { description: options.description }),
    ...(options.enable && { enabled: true }),
    ...(options.disable && { enabled: false }),
  };
  const api = await connect(options, sources);
  const exists = await isThere(id, api.list<Policy>(policiesPath));
  const { enabled } = exists
    ? await api.post<Policy>(path`/openclaw/policies/${id}`, body)
    : await api.post<Policy>(policiesPath, { id, ...body });
  const what = exists ? 'is changed' : 'is there';
  print(
    enabled ? `The policy ${id} ${what}. It works within a minute.` : `The policy ${id} ${what}, disabled.`,
  );
}

async function written(file: string | undefined, { template, set = {} }: PutPolicyOptions): Promise<object> {
  if (file !== undefined && template !== undefined) {
    throw new CommandError('give either a file or --template, not both');
  }
  if (file !== undefined) return { policy: await readPolicyFile(file) };
  if (template === undefined) return {};
  const known = policyTemplates.find(({ name }) => name === template)?.parameters ?? [];
  const parameters = Object.entries(set).map(([name, value]) => {
    const isList = known.find((parameter) => parameter.name === name)?.list ?? false;
    return [name, isList ? [value].flat() : value];
  });
  return { template, parameters: Object.fromEntries(parameters) as object };
}

/** @throws CommandError where the file cannot be read */
export async function readPolicyFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CommandError(`${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

async function isThere(id: string, policies: AsyncIterable<Policy>): Promise<boolean> {
  for await (const policy of policies) if (policy.id === id) return true;
  return false;
}
