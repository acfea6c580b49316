import { type Job, tellTenant } from '../../../jobs/index.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { RouteCall } from '../../route.ts';
import type { AdminServices } from '../admin-services.ts';
import { actorOf } from './actor-of.ts';

/**
 * Records among the tenant's events that somebody looks at what was asked.
 *
 * @throws ApiError 503 where that cannot be recorded: then nothing is shown
 */
export async function recordView(
  { tenantId, id, projectId, state }: Job,
  { exchange, principal }: Pick<RouteCall, 'exchange' | 'principal'>,
  services: Pick<AdminServices, 'documents' | 'settings'>,
): Promise<void> {
  const { requestId, startedAtMs } = exchange;
  try {
    await tellTenant(
      {
        tenantId,
        id: `${id}.${requestId}`,
        type: 'moderation.viewed',
        atMs: startedAtMs,
        data: { jobId: id, projectId, actor: actorOf(principal), before: state, after: state },
      },
      services,
    );
  } catch (error) {
    throw new ApiError(503, 'That you look at it could not be recorded, so it is not shown. Try again.', {
      code: 'records_unavailable',
      retryAfterMs: 1_000,
      cause: error,
    });
  }
}
