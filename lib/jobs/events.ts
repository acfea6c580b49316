import type { Job } from './job.ts';
import type { TenantEvent } from './webhooks/index.ts';

/** Stores an event among its tenant's. To tell one again changes nothing. */
export type Tell = (event: TenantEvent) => Promise<void>;

/** Tells the tenant the steps of a job's review, from the given one on. */
export async function tellReview(
  { tenantId, id, projectId, moderation }: Job,
  from: number,
  tell: Tell,
): Promise<void> {
  for (const [index, { type, atMs, ...step }] of (moderation?.events ?? []).entries()) {
    if (index < from) continue;
    await tell({ tenantId, id: `${id}.${index}`, type, atMs, data: { jobId: id, projectId, ...step } });
  }
}
