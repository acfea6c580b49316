import { type ApiOptions, type ApiSources, connect } from '../api-client.ts';
import { describeRequest, type ModerationRequest } from './moderation-request.ts';

export interface ListRequestsOptions extends ApiOptions {
  readonly status?: string;
  readonly category?: string;
  readonly project?: string;
  readonly json?: boolean;
}

/**
 * `openclaw moderation list`: a line for each request.
 *
 * @throws CommandError that tells what to change
 */
export async function listRequests(options: ListRequestsOptions, sources?: ApiSources): Promise<void> {
  const { status, category, project, json = false } = options;
  const api = await connect(options, sources);
  const query = { status, category, project_id: project };
  let count = 0;
  for await (const request of api.list<ModerationRequest>('/openclaw/moderation/requests', query)) {
    count += 1;
    process.stdout.write(`${json ? JSON.stringify(request) : describeRequest(request)}\n`);
  }
  if (count === 0 && !json) process.stderr.write('There are none.\n');
}
