import type { ModerationFinding } from '../policy/index.ts';
import { beginReview } from '../policy/index.ts';
import { isJobId, newJobId } from '../storage/job-id.ts';
import type { JobQueue } from '../storage/job-queue.ts';
import { JobConflict, type JobStore, type OpenEntry } from '../storage/job-store.ts';
import type { WorkingTenants } from '../storage/working-tenants.ts';
import { describeError, log } from '../telemetry/index.ts';
import type { Principal, TenantSettings } from '../tenancy/index.ts';
import type { JobContents } from './counted-contents.ts';
import { type Tell, tellReview } from './events.ts';
import { JobRefused } from './failure.ts';
import { hasEnded, type Job, snapshotOf } from './job.ts';
import { bodyKeptMs, graceMs, keptAfterEndMs } from './lifetimes.ts';
import { purgeJobs } from './purge-jobs.ts';
import { noteSent } from './transitions.ts';

/** The table of jobs, or what behaves like it. */
export type JobStorage = Pick<JobStore<Job>, keyof JobStore<Job>>;

export interface JobsOptions {
  readonly store: JobStorage;
  readonly contents: JobContents;
  readonly queue: Pick<JobQueue, 'send'>;
  /** Stores an event among the tenant's. */
  readonly tell: Tell;
  readonly workingTenants: Pick<WorkingTenants, 'note'>;
  readonly now?: () => number;
}

/** A request that is to wait for a reviewer. */
export interface HeldRequest {
  readonly principal: Principal;
  /** Of its tenant, with the caps of what it may store. */
  readonly settings: TenantSettings;
  readonly requestId: string;
  /** The route, for example `/v1/chat/completions`. */
  readonly path: string;
  readonly model: string;
  /** The body as JSON text. */
  readonly body: Uint8Array;
  readonly findings: readonly ModerationFinding[];
  /** How long it waits before it expires. */
  readonly holdMs: number;
}

/** Many people at once on one job still make each of them wait for few others. */
const maxConflicts = 20;

/** The jobs of all tenants: made, found, and changed one step at a time, whoever else changes them. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly now: () => number;

  constructor(options: JobsOptions) {
    this.#options = options;
    this.now = options.now ?? Date.now;
  }

  /**
   * Keeps a request until a reviewer has decided.
   *
   * @throws UsageCapReached, ObjectTooLarge
   */
  async hold(request: HeldRequest): Promise<Job> {
    const { store, contents, tell, workingTenants } = this.#options;
    const { principal, settings, requestId, path, model, findings, holdMs } = request;
    const { tenantId, projectId, keyId, userId } = principal;
    const nowMs = this.now();
    const id = newJobId(nowMs);
    const requester = { keyId, ...(userId !== undefined && { userId }) };
    const job: Job = {
      id,
      tenantId,
      projectId,
      principal: snapshotOf(principal),
      path,
      model,
      requestId,
      state: 'held',
      createdAtMs: nowMs,
      changedAtMs: nowMs,
      expiresAtMs: nowMs + holdMs,
      round: 1,
      attempts: 0,
      body: bodyName(id),
      moderation: beginReview(findings, requester, nowMs),
    };
    await workingTenants.note(tenantId);
    await store.markOpen(tenantId, { jobId: id, round: 1, openedAtMs: nowMs }, forgetAtMs(job) + graceMs);
    await contents.put({ tenantId, projectId, settings }, job.body, request.body, nowMs + bodyKeptMs);
    await store.create(tenantId, id, job, forgetAtMs(job) + graceMs);
    await tellReview(job, 0, tell);
    return job;
  }

  /** @throws JobRefused where the tenant has no such job */
  async find(tenantId: string, jobId: string): Promise<Job> {
    const stored = isJobId(jobId) ? await this.#options.store.get(tenantId, jobId) : undefined;
    if (!stored) throw notFound(jobId);
    return stored.job;
  }

  /**
   * Takes a job one step further. Where somebody else was faster, the step is tried on what they left.
   *
   * @param step - gives the job after the step, or the same where nothing changes; throws what forbids it
   * @throws JobRefused where the tenant has no such job
   */
  async change(tenantId: string, jobId: string, step: (job: Job) => Job): Promise<Job> {
    const { store, tell } = this.#options;
    for (let conflicts = 0; ; conflicts += 1) {
      const stored = isJobId(jobId) ? await store.get(tenantId, jobId) : undefined;
      if (!stored) throw notFound(jobId);
      const before = stored.job;
      const after = step(before);
      if (after === before) return after;
      const forgottenAtMs = forgetAtMs(after) + graceMs;
      if (hasEnded(before) && !hasEnded(after)) {
        const entry = { jobId, round: after.round, openedAtMs: after.changedAtMs };
        await store.markOpen(tenantId, entry, forgottenAtMs);
      }
      try {
        await store.replace(tenantId, jobId, after, stored.version, forgottenAtMs);
      } catch (error) {
        if (error instanceof JobConflict && conflicts < maxConflicts) continue;
        throw error;
      }
      // The step is taken. What is not done about it now, the next sweep does.
      await (hasEnded(after)
        ? this.close(after)
        : tellReview(after, before.moderation?.events.length ?? 0, tell)
      ).catch((error: unknown) => {
        log.error('the step of a job is not recorded yet', { tenantId, jobId, ...describeError(error) });
      });
      return after;
    }
  }

  /** Tells the workers of a queued job. Where that fails, a sweep tells them later. */
  async send({ tenantId, id, notBeforeMs = 0 }: Job): Promise<void> {
    await this.#options.queue
      .send({ tenantId, jobId: id }, notBeforeMs - this.now())
      .catch((error: unknown) => {
        log.error('the workers are not told of a job yet', { tenantId, jobId: id, ...describeError(error) });
      });
  }

  /** Tells the workers once more of a job of which they should have heard. */
  async resend({ tenantId, id }: Job): Promise<void> {
    await this.send(await this.change(tenantId, id, (job) => noteSent(job, this.now())));
  }

  /** Leaves nothing open of a job that has ended: its review is in the tenant's events, whole. */
  async close(job: Job): Promise<void> {
    await tellReview(job, 0, this.#options.tell);
    await this.#options.store.unmarkOpen(job.tenantId, { jobId: job.id, round: job.round });
  }

  /** Removes what is kept no longer: the contents first, so that none is left that no job names. */
  async purge(job: Job): Promise<void> {
    const { store, contents } = this.#options;
    const { tenantId, id, body } = job;
    await contents.remove(tenantId, body);
    for (let attempt = 1; attempt <= job.attempts; attempt += 1) {
      await contents.remove(tenantId, resultName(id, attempt));
    }
    await store.remove(tenantId, id);
  }

  /** @throws JobRefused where it was removed meanwhile */
  async content(tenantId: string, name: string): Promise<Uint8Array> {
    const content = await this.#options.contents.get(tenantId, name);
    if (!content) throw new JobRefused('job_not_found', 'What was stored of the job is kept no longer.');
    return content;
  }

  /**
   * Stores what an attempt at a job made. It becomes the job's result when a step says so; until then it is nobody's, and
   * goes with the job. No two workers have the same attempt.
   */
  async putResult(job: Job, body: Uint8Array): Promise<string> {
    const name = resultName(job.id, job.attempts);
    await this.#options.contents.put(job, name, body, this.now() + keptAfterEndMs + graceMs);
    return name;
  }

  /** Leaves nothing of a job that was never written: its maker was interrupted. */
  async forgetUnmade(tenantId: string, entry: OpenEntry): Promise<void> {
    await this.#options.contents.remove(tenantId, bodyName(entry.jobId));
    await this.#options.store.unmarkOpen(tenantId, entry);
  }

  /** Removes a part of what a deleted tenant has; nothing is left once it gives 0. */
  purgeTenant(tenantId: string): Promise<number> {
    return purgeJobs(tenantId, this.#options);
  }

  get store(): JobStorage {
    return this.#options.store;
  }
}

/** When a job is kept no longer. Before its end that is a time after which it has surely ended. */
export function forgetAtMs(job: Job): number {
  return (hasEnded(job) ? job.changedAtMs : job.expiresAtMs) + keptAfterEndMs;
}

function bodyName(jobId: string): string {
  return `${jobId}.request`;
}

function resultName(jobId: string, attempt: number): string {
  return `${jobId}.result-${attempt}`;
}

function notFound(jobId: string): JobRefused {
  return new JobRefused('job_not_found', `There is no job '${jobId}'.`);
}
