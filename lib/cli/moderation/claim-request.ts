import { type ApiOptions, type ApiSources, connect, path } from '../api-client.ts';
import { describeRequest, type ModerationRequest } from './moderation-request.ts';

/**
 * `openclaw moderation claim`.
 *
 * @throws CommandError where another reviewer has it
 */
export async function claimRequest(job: string, options: ApiOptions, sources?: ApiSources): Promise<void> {
  const api = await connect(options, sources);
  const claimed = await api.post<ModerationRequest>(path`/openclaw/moderation/requests/${job}/claim`);
  process.stdout.write(`${describeRequest(claimed)}\n`);
}
