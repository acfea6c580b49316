import { randomUUID } from 'node:crypto';
import { ObjectTooLarge } from '../storage/tenant-object-store.ts';
import { describeError, log } from '../telemetry/index.ts';
import { type ErrorBody, failureOf, JobRefused } from './failure.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import { maxAttempts, renewEveryMs } from './lifetimes.ts';
import { failRun, postpone, renew, succeed, take } from './transitions.ts';

/** What came of running a job's request once. */
export interface Execution {
  readonly requestId: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  /** The request may succeed later: it is tried again after so long, in milliseconds. */
  readonly retryAfterMs?: number;
}

export interface WorkOptions {
  readonly jobs: Jobs;
  /** Runs the job's request as its caller. Never throws: a failure is an answer too. */
  readonly execute: (job: Job, body: Uint8Array, signal: AbortSignal) => Promise<Execution>;
  /** Aborts when the worker has to end. */
  readonly deadline: AbortSignal;
  /** Keeps the message from other workers: called at the beginning, and as often as the lease is renewed. */
  readonly keepMessage?: () => Promise<void>;
  /** @default 30000 */
  readonly renewEveryMs?: number;
}

/** A failure of the upstream is tried again after this long. */
const retryFailedAfterMs = 30_000;

const refusedByLimit = 429;

/**
 * Runs a job, if it is to be run: for any number of messages about it, no more than one worker at a time. It returns when
 * nothing is left to be done about the message.
 *
 * @throws what storage throws; then the message comes again
 */
export async function workOn(tenantId: string, jobId: string, options: WorkOptions): Promise<void> {
  const { jobs } = options;
  const token = randomUUID();
  let job: Job;
  try {
    job = await jobs.change(tenantId, jobId, (found) => take(found, token, jobs.now()));
  } catch (error) {
    // Another worker has it, it has ended, or it is to wait: whatever it is, this message is not needed for it.
    if (error instanceof JobRefused) return;
    throw error;
  }
  if (job.state !== 'running') return;
  const leaving = new AbortController();
  const lease = keepLease(job, token, options, () => leaving.abort());
  try {
    await run(job, token, options, leaving.signal);
  } catch (error) {
    // It was cancelled meanwhile, or taken by another worker: what was made here is not its result.
    if (!(error instanceof JobRefused)) throw error;
  } finally {
    clearInterval(lease);
  }
}

async function run(job: Job, token: string, options: WorkOptions, lost: AbortSignal): Promise<void> {
  const { jobs, execute, deadline } = options;
  const change = (step: (found: Job, nowMs: number) => Job) =>
    jobs.change(job.tenantId, job.id, (found) => step(found, jobs.now()));
  const body = await readBody(job, jobs);
  if (!body) {
    const failure = failureOf('content_lost', 'What was asked is kept no longer, so it was not run.');
    await change((found, nowMs) => failRun(found, token, failure, nowMs));
    return;
  }
  const execution = await execute(job, body, AbortSignal.any([lost, deadline]));
  if (lost.aborted) return;
  const waitMs = waitBeforeRetry(job, execution, deadline);
  if (waitMs !== undefined) {
    const counts = countsAsAttempt(execution);
    await jobs.send(await change((found, nowMs) => postpone(found, token, nowMs + waitMs, counts, nowMs)));
  } else if (execution.status >= 400) {
    await change((found, nowMs) => failRun(found, token, readFailure(execution), nowMs));
  } else {
    const { status, contentType, requestId } = execution;
    let content: string;
    try {
      content = await jobs.putResult(job, execution.body);
    } catch (error) {
      if (!(error instanceof ObjectTooLarge)) throw error;
      const failure = failureOf('answer_too_large', 'The answer is larger than what can be kept.');
      await change((found, nowMs) => failRun(found, token, failure, nowMs));
      return;
    }
    const result = { status, contentType, content, requestId };
    await change((found, nowMs) => succeed(found, token, result, nowMs));
  }
}

async function readBody(job: Job, jobs: Jobs): Promise<Uint8Array | undefined> {
  try {
    return await jobs.content(job.tenantId, job.body);
  } catch (error) {
    if (error instanceof JobRefused) return undefined;
    throw error;
  }
}

/** When the request is to be tried again, in milliseconds from now; undefined where what came of it stands. */
function waitBeforeRetry(job: Job, execution: Execution, deadline: AbortSignal): number | undefined {
  if (execution.status < 400) return undefined;
  if (countsAsAttempt(execution) && job.attempts >= maxAttempts) return undefined;
  // The worker had to end, and the request with it. That says nothing about the request.
  if (deadline.aborted) return 0;
  if (execution.retryAfterMs === undefined) return undefined;
  return countsAsAttempt(execution)
    ? Math.max(execution.retryAfterMs, retryFailedAfterMs)
    : execution.retryAfterMs;
}

/** What a limit refused was not tried at all. It waits until the limit allows it, or the job expires. */
function countsAsAttempt({ status }: Execution): boolean {
  return status !== refusedByLimit;
}

function readFailure({ status, body }: Execution): ErrorBody {
  try {
    const { error } = JSON.parse(Buffer.from(body).toString()) as ErrorBody;
    if (typeof error.message === 'string') return { error };
  } catch {
    // Answered below: it was no error object.
  }
  return failureOf('request_failed', `The request failed with status ${status}.`);
}

/** Renews the lease until it is stopped. Where the job is not this worker's any more, it says so. */
function keepLease(job: Job, token: string, options: WorkOptions, onLost: () => void): NodeJS.Timeout {
  const { jobs, keepMessage = async () => undefined } = options;
  const { tenantId, id } = job;
  const note = (error: unknown) => {
    if (error instanceof JobRefused) onLost();
    else log.warn('a lease is not renewed yet', { tenantId, jobId: id, ...describeError(error) });
  };
  const renewed = async () => {
    await jobs.change(tenantId, id, (found) => renew(found, token, jobs.now()));
    await keepMessage();
  };
  keepMessage().catch(note);
  return setInterval(() => void renewed().catch(note), options.renewEveryMs ?? renewEveryMs);
}
