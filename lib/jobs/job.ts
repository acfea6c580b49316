import type { Moderation } from '../policy/index.ts';
import type { Permission, Principal } from '../tenancy/index.ts';
import type { ErrorBody } from './failure.ts';

/**
 * - `held` waits for a reviewer, `queued` for a worker;
 * - `running`: a worker has it, until its lease ends;
 * - `succeeded`, `failed`, `rejected`, `cancelled`, `expired`: it has ended. An appeal opens a rejected one again.
 */
export type JobState =
  | 'held'
  | 'queued'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'rejected'
  | 'cancelled'
  | 'expired';

/** The caller as of the request, so that a job runs as whoever asked for it. */
export interface PrincipalSnapshot extends Omit<Principal, 'permissions'> {
  readonly permissions: readonly Permission[];
}

/** What came of a job. The body is a content of its own. */
export interface JobResult {
  readonly status: number;
  readonly contentType: string;
  /** Name of the content with the body. */
  readonly content: string;
  /** The request that made it, as in the records. */
  readonly requestId: string;
}

/** A request that waits or runs, or has. */
export interface Job {
  readonly id: string;
  readonly tenantId: string;
  readonly projectId: string;
  /** As whom it runs. */
  readonly principal: PrincipalSnapshot;
  /** The route, for example `/v1/chat/completions`. */
  readonly path: string;
  /** The model's name that was asked for. */
  readonly model: string;
  /** The request that became this job. */
  readonly requestId: string;
  readonly state: JobState;
  readonly createdAtMs: number;
  /** Since when it has been in its state. */
  readonly changedAtMs: number;
  /** When it expires, unless it has ended by then. */
  readonly expiresAtMs: number;
  /** How often it has been opened: 1, and 2 after an appeal. */
  readonly round: number;
  /** How often a worker has taken it up. */
  readonly attempts: number;
  /** Not to be run before. */
  readonly notBeforeMs?: number;
  /** When a message about it was last sent to the workers. */
  readonly sentAtMs?: number;
  /** Who works on it: without renewal, until then. */
  readonly lease?: { readonly token: string; readonly untilMs: number };
  /** Name of the content with the request's body. */
  readonly body: string;
  readonly result?: JobResult;
  /** Why it failed, as its caller is told. */
  readonly failure?: ErrorBody;
  readonly moderation?: Moderation;
}

const ended: ReadonlySet<JobState> = new Set(['succeeded', 'failed', 'rejected', 'cancelled', 'expired']);

/** True where nothing is left to be done for it. */
export function hasEnded({ state }: Pick<Job, 'state'>): boolean {
  return ended.has(state);
}

export function snapshotOf(principal: Principal): PrincipalSnapshot {
  return { ...principal, permissions: [...principal.permissions] };
}

export function principalOf({ principal }: Pick<Job, 'principal'>): Principal {
  return { ...principal, permissions: new Set(principal.permissions) };
}
