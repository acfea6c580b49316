import {
  appeal,
  claim,
  decide,
  endReview,
  hasDecided,
  type Moderation,
  type ModerationActor,
  type ModerationDecision,
} from '../policy/index.ts';
import { type ErrorBody, failureOf, JobRefused } from './failure.ts';
import { hasEnded, type Job, type JobResult, type JobState } from './job.ts';
import { leaseMs, maxAttempts, runWithinMs } from './lifetimes.ts';

/** What may follow what. A running job is taken over as `running`, and given back as `queued`. */
const legal: Readonly<Record<JobState, readonly JobState[]>> = {
  held: ['queued', 'rejected', 'cancelled', 'expired'],
  queued: ['running', 'failed', 'cancelled', 'expired'],
  running: ['running', 'queued', 'succeeded', 'failed', 'cancelled', 'expired'],
  rejected: ['held'],
  succeeded: [],
  failed: [],
  cancelled: [],
  expired: [],
};

/** @throws JobRefused where the one state does not follow the other */
function move(job: Job, state: JobState, nowMs: number, changes: Partial<Job> = {}): Job {
  if (!legal[job.state].includes(state)) {
    throw new JobRefused('wrong_state', `The job is ${job.state}, so it cannot become ${state}.`);
  }
  const { lease: _lease, ...rest } = job;
  return { ...rest, state, changedAtMs: nowMs, ...changes };
}

/** True where a worker may take it up now. */
export function isDue(job: Job, nowMs: number): boolean {
  if (job.state === 'queued') return (job.notBeforeMs ?? 0) <= nowMs;
  return job.state === 'running' && leaseEnded(job, nowMs);
}

export function leaseEnded({ lease }: Job, nowMs: number): boolean {
  return lease === undefined || lease.untilMs <= nowMs;
}

/**
 * A worker takes the job up, or takes it from one that is gone. One that was taken up too often fails instead.
 *
 * @param token - tells this worker's taking from any other
 * @throws JobRefused where it is not due
 */
export function take(job: Job, token: string, nowMs: number): Job {
  // Stored, but the answer that said so was lost on its way.
  if (job.state === 'running' && job.lease?.token === token) return job;
  if (!isDue(job, nowMs)) throw new JobRefused('wrong_state', 'The job is not to be run now.');
  if (job.expiresAtMs <= nowMs) return expire(job, nowMs);
  if (job.attempts >= maxAttempts) {
    return fail(
      job,
      failureOf('attempts_exhausted', `The job was begun ${maxAttempts} times and never came to its end.`),
      nowMs,
    );
  }
  return move(job, 'running', nowMs, {
    attempts: job.attempts + 1,
    lease: { token, untilMs: nowMs + leaseMs },
  });
}

/** @throws JobRefused where the job is no longer this worker's */
export function renew(job: Job, token: string, nowMs: number): Job {
  requireLease(job, token);
  return { ...job, lease: { token, untilMs: nowMs + leaseMs } };
}

/** @throws JobRefused where the job is no longer this worker's: then what it made is not the job's result */
export function succeed(job: Job, token: string, result: JobResult, nowMs: number): Job {
  // Stored, but the answer that said so was lost on its way.
  if (job.result?.requestId === result.requestId) return job;
  requireLease(job, token);
  return move(job, 'succeeded', nowMs, { result });
}

/** @throws JobRefused where the job is no longer this worker's */
export function failRun(job: Job, token: string, failure: ErrorBody, nowMs: number): Job {
  requireLease(job, token);
  return fail(job, failure, nowMs);
}

/**
 * A worker gives the job back, for a later attempt.
 *
 * @param counts - whether the attempt is one of the few that a job has; one that a limit refused is not
 * @throws JobRefused where the job is no longer this worker's
 */
export function postpone(job: Job, token: string, untilMs: number, counts: boolean, nowMs: number): Job {
  requireLease(job, token);
  return move(job, 'queued', nowMs, {
    notBeforeMs: untilMs,
    sentAtMs: nowMs,
    attempts: counts ? job.attempts : job.attempts - 1,
  });
}

/** @throws JobRefused where it has ended */
export function cancel(job: Job, actor: ModerationActor, nowMs: number): Job {
  const before = job.state;
  return reviewed(move(job, 'cancelled', nowMs), (moderation) =>
    before === 'held' ? endReview(moderation, 'moderation.cancelled', before, nowMs, actor) : moderation,
  );
}

/** @throws JobRefused where it has ended */
export function expire(job: Job, nowMs: number): Job {
  const before = job.state;
  return reviewed(move(job, 'expired', nowMs), (moderation) =>
    before === 'held' ? endReview(moderation, 'moderation.expired', before, nowMs) : moderation,
  );
}

/** Notes that a message about the job leaves for the workers. */
export function noteSent(job: Job, nowMs: number): Job {
  if (hasEnded(job)) throw new JobRefused('wrong_state', `The job is ${job.state}.`);
  return { ...job, sentAtMs: nowMs };
}

/** @throws ModerationRefused, or JobRefused where it is not held */
export function claimHeld(job: Job, reviewer: ModerationActor, nowMs: number): Job {
  requireHeld(job, nowMs);
  return { ...job, moderation: claim(moderationOf(job), reviewer, nowMs) };
}

/**
 * A reviewer decides: the job waits for a worker, or is rejected. The same again by the same reviewer changes nothing.
 *
 * @throws ModerationRefused, or JobRefused where it is not held
 */
export function decideHeld(
  job: Job,
  reviewer: ModerationActor,
  verdict: { readonly decision: ModerationDecision; readonly reason: string },
  nowMs: number,
): Job {
  const moderation = moderationOf(job);
  if (job.state !== 'held' && hasDecided(moderation, reviewer, verdict.decision)) return job;
  requireHeld(job, nowMs);
  const decided = decide(moderation, reviewer, verdict, nowMs);
  if (verdict.decision === 'reject') return move(job, 'rejected', nowMs, { moderation: decided });
  return move(job, 'queued', nowMs, {
    moderation: decided,
    sentAtMs: nowMs,
    expiresAtMs: nowMs + runWithinMs,
  });
}

/** @throws ModerationRefused, or JobRefused where it is not rejected */
export function appealRejected(job: Job, caller: ModerationActor, text: string, nowMs: number): Job {
  const moderation = appeal(moderationOf(job), caller, text, nowMs);
  return move(job, 'held', nowMs, {
    moderation,
    round: job.round + 1,
    // As long as the first time: to reject it did not change when it would have expired.
    expiresAtMs: nowMs + (job.expiresAtMs - job.createdAtMs),
  });
}

function fail(job: Job, failure: ErrorBody, nowMs: number): Job {
  return move(job, 'failed', nowMs, { failure });
}

function requireLease({ state, lease }: Job, token: string): void {
  if (state === 'running' && lease?.token === token) return;
  throw new JobRefused('wrong_state', `The job is ${state} and not this worker's.`);
}

function requireHeld({ state, expiresAtMs }: Job, nowMs: number): void {
  if (state !== 'held') throw new JobRefused('wrong_state', `The request is ${state}, not held.`);
  if (expiresAtMs <= nowMs)
    throw new JobRefused('wrong_state', 'The request has waited too long and expired.');
}

function moderationOf({ moderation }: Job): Moderation {
  if (moderation) return moderation;
  throw new JobRefused('wrong_state', 'The job has never been held for a review.');
}

function reviewed(job: Job, change: (moderation: Moderation) => Moderation): Job {
  return job.moderation ? { ...job, moderation: change(job.moderation) } : job;
}
