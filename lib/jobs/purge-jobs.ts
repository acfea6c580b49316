import type { JobStore } from '../storage/job-store.ts';
import type { JobContents } from './counted-contents.ts';
import type { Job } from './job.ts';

interface Stores {
  readonly store: Pick<JobStore<Job>, 'list' | 'listOpen' | 'unmarkOpen' | 'remove'>;
  readonly contents: Pick<JobContents, 'names' | 'remove'>;
}

/** As many as one request has time for: with each go up to two writes and an object. */
const pageSize = 25;

/**
 * Removes a page of all jobs of a tenant: first what they were asked and answered, last the jobs by which that is found.
 * To be repeated until nothing is removed; a repetition goes on where the last one ended, however that was.
 *
 * @returns how many things were removed
 */
export async function purgeJobs(tenantId: string, { store, contents }: Stores): Promise<number> {
  const names = await contents.names(tenantId, pageSize);
  for (const name of names) await contents.remove(tenantId, name);
  if (names.length > 0) return names.length;
  const { items: open } = await store.listOpen(tenantId, { limit: pageSize });
  for (const entry of open) await store.unmarkOpen(tenantId, entry);
  if (open.length > 0) return open.length;
  const { items: jobs } = await store.list(tenantId, { limit: pageSize });
  for (const { job } of jobs) await store.remove(tenantId, job.id);
  return jobs.length;
}
