import { type ApiOptions, type ApiSources, connect, path } from '../api-client.ts';

/**
 * `openclaw moderation show`: prints a request with what was asked, as JSON.
 *
 * @throws CommandError that tells what to change
 */
export async function showRequest(job: string, options: ApiOptions, sources?: ApiSources): Promise<void> {
  const api = await connect(options, sources);
  const request = await api.get<object>(path`/openclaw/moderation/requests/${job}`);
  process.stdout.write(`${JSON.stringify(request, null, 2)}\n`);
}
