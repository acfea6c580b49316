import { type ApiOptions, type ApiSources, connect, path } from '../api-client.ts';
import { describeRequest, type ModerationRequest } from './moderation-request.ts';

export interface DecideRequestOptions extends ApiOptions {
  readonly decision: 'approve' | 'reject';
  readonly reason: string;
}

/**
 * `openclaw moderation approve` and `reject`. A request that nobody has claimed has to be claimed first, so that two
 * reviewers do not read the same.
 *
 * @throws CommandError where the request is not this reviewer's to decide
 */
export async function decideRequest(
  job: string,
  options: DecideRequestOptions,
  sources?: ApiSources,
): Promise<void> {
  const { decision, reason } = options;
  const api = await connect(options, sources);
  const decided = await api.post<ModerationRequest>(path`/openclaw/moderation/requests/${job}/decision`, {
    decision,
    reason,
  });
  process.stdout.write(`${describeRequest(decided)}\n`);
}
