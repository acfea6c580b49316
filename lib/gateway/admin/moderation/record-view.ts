import type { Job } from '../../../jobs/index.ts';
import type { DocumentStore } from '../../../storage/document-store.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { RouteCall } from '../../route.ts';
import { actorOf } from './actor-of.ts';

/**
 * Records among the tenant's events that somebody looks at what was asked.
 *
 * @throws ApiError 503 where that cannot be recorded: then nothing is shown
 */
export async function recordView(
  { tenantId, id, projectId, state }: Job,
  { exchange, principal }: Pick<RouteCall, 'exchange' | 'principal'>,
  documents: Pick<DocumentStore, 'create'>,
): Promise<void> {
  const { requestId, startedAtMs } = exchange;
  const event = {
    type: 'moderation.viewed',
    atMs: startedAtMs,
    actor: actorOf(principal),
    before: state,
    after: state,
    jobId: id,
    projectId,
    requestId,
  };
  try {
    const place = `${new Date(startedAtMs).toISOString()}#${id}#${requestId}`;
    await documents.create(tenantId, 'events', place, event);
  } catch (error) {
    throw new ApiError(503, 'That you look at it could not be recorded, so it is not shown. Try again.', {
      code: 'records_unavailable',
      retryAfterMs: 1_000,
      cause: error,
    });
  }
}
