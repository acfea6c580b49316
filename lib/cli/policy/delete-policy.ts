import { type ApiOptions, type ApiSources, connect, path } from '../api-client.ts';
import { print } from '../tenancy/print.ts';

/**
 * `openclaw policy delete`.
 *
 * @throws CommandError that tells what to change
 */
export async function deletePolicy(id: string, options: ApiOptions, sources?: ApiSources): Promise<void> {
  const api = await connect(options, sources);
  await api.delete(path`/openclaw/policies/${id}`);
  print(`The policy ${id} is removed. It stops within a minute.`);
}
