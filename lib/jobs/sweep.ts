import type { OpenEntry } from '../storage/job-store.ts';
import { JobRefused } from './failure.ts';
import { hasEnded, type Job } from './job.ts';
import { forgetAtMs, type Jobs } from './jobs.ts';
import { maxAttempts, resendAfterMs } from './lifetimes.ts';
import { expire, isDue, leaseEnded, take } from './transitions.ts';

const pageSize = 100;
/** Entries of one tenant that one sweep looks at; the next begins with the oldest again, most of which are gone then. */
const maxOpenPages = 50;
/** Pages of ended jobs that one sweep clears away. */
const maxPurgedPages = 4;
const purgedPageSize = 25;

/** What a sweep did, by what it did it to. */
export interface SweptJobs {
  expired: number;
  resent: number;
  closed: number;
  purged: number;
}

/**
 * Does for a tenant's jobs what time or a crash left undone: lets them expire, tells the workers once more of those that
 * nobody runs, records the end of those that ended unrecorded, and removes what is kept no longer. It may run at any
 * time, also twice at once.
 */
export async function sweepJobs(tenantId: string, jobs: Jobs): Promise<SweptJobs> {
  const swept: SweptJobs = { expired: 0, resent: 0, closed: 0, purged: 0 };
  let after: string | undefined;
  for (let page = 0; page < maxOpenPages; page += 1) {
    const { items, next } = await jobs.store.listOpen(tenantId, {
      limit: pageSize,
      ...(after !== undefined && { after }),
    });
    const found = await jobs.store.getAll(
      tenantId,
      items.map(({ jobId }) => jobId),
    );
    const byId = new Map(found.map(({ job }) => [job.id, job]));
    for (const entry of items) await sweepOne(tenantId, entry, byId.get(entry.jobId), jobs, swept);
    if (next === undefined) break;
    after = next;
  }
  await purge(tenantId, jobs, swept);
  return swept;
}

async function sweepOne(
  tenantId: string,
  entry: OpenEntry,
  job: Job | undefined,
  jobs: Jobs,
  swept: SweptJobs,
): Promise<void> {
  const nowMs = jobs.now();
  if (!job || job.round < entry.round) {
    // The job may be about to be written, or opened again.
    if (entry.openedAtMs + resendAfterMs > nowMs) return;
    await (job ? jobs.store.unmarkOpen(tenantId, entry) : jobs.forgetUnmade(tenantId, entry));
    swept.closed += 1;
  } else if (hasEnded(job) || job.round > entry.round) {
    if (hasEnded(job)) await jobs.close(job);
    await jobs.store.unmarkOpen(tenantId, entry);
    swept.closed += 1;
  } else if (job.expiresAtMs <= nowMs && (job.state !== 'running' || leaseEnded(job, nowMs))) {
    swept.expired += await stepped(jobs, job, (found) => expire(found, jobs.now()));
  } else if (isDue(job, nowMs)) {
    await wake(job, nowMs, jobs, swept);
  }
}

async function wake(job: Job, nowMs: number, jobs: Jobs, swept: SweptJobs): Promise<void> {
  if (job.attempts >= maxAttempts && job.state === 'running') {
    // Taking it up once more than is allowed is how it fails.
    swept.closed += await stepped(jobs, job, (found) => take(found, '', jobs.now()));
    return;
  }
  const lastSignMs = Math.max(job.sentAtMs ?? 0, job.notBeforeMs ?? 0, job.changedAtMs);
  if (lastSignMs + resendAfterMs > nowMs) return;
  try {
    await jobs.resend(job);
    swept.resent += 1;
  } catch (error) {
    if (!(error instanceof JobRefused)) throw error;
  }
}

/** 1 where the step was taken; 0 where the job went another way meanwhile. */
async function stepped(jobs: Jobs, job: Job, step: (found: Job) => Job): Promise<number> {
  try {
    await jobs.change(job.tenantId, job.id, (found) => {
      // Decided on what the sweep saw: anything newer is left to the next one.
      if (found.changedAtMs !== job.changedAtMs || found.state !== job.state) {
        throw new JobRefused('wrong_state', 'The job went on meanwhile.');
      }
      return step(found);
    });
    return 1;
  } catch (error) {
    if (error instanceof JobRefused) return 0;
    throw error;
  }
}

/** From the oldest on, as these are forgotten first. */
async function purge(tenantId: string, jobs: Jobs, swept: SweptJobs): Promise<void> {
  for (let page = 0; page < maxPurgedPages; page += 1) {
    const { items } = await jobs.store.list(tenantId, { limit: purgedPageSize });
    const forgotten = items.filter(({ job }) => hasEnded(job) && forgetAtMs(job) <= jobs.now());
    for (const { job } of forgotten) await jobs.purge(job);
    swept.purged += forgotten.length;
    if (forgotten.length < items.length || items.length === 0) return;
  }
}
