/** What a guardrail found in a request. It tells what kind of thing, never the text itself. */
export interface ModerationFinding {
  /** The guardrail that found it. Not asked again when the request runs with a reviewer's approval. */
  readonly guardrailId: string;
  /** For example `violence`. */
  readonly category: string;
  /** How sure the guardrail is, from 0 to 1. */
  readonly score?: number;
}

/** Somebody who takes part in a review. */
export interface ModerationActor {
  /** The API key's id, or the person's user id. */
  readonly keyId: string;
  /** The member for whom the key acts, where there is one. */
  readonly userId?: string;
}

export type ModerationDecision = 'approve' | 'reject';

/** One step of a review. They are only ever added. */
export interface ModerationEvent {
  readonly type:
    | 'moderation.held'
    | 'moderation.claimed'
    | 'moderation.approved'
    | 'moderation.rejected'
    | 'moderation.appealed'
    | 'moderation.cancelled'
    | 'moderation.expired';
  readonly atMs: number;
  /** Who did it. Absent: nobody, the time did. */
  readonly actor?: ModerationActor;
  /** The state of the request before; absent for the first event. */
  readonly before?: string;
  readonly after: string;
  /** A reviewer's reason, or a caller's appeal. */
  readonly text?: string;
}

/** A claim is exclusive and ends by itself. */
export interface ModerationClaim {
  readonly by: ModerationActor;
  readonly untilMs: number;
}

/** Where the review of one request stands. */
export interface Moderation {
  readonly findings: readonly ModerationFinding[];
  /** Who made the request. */
  readonly requester: ModerationActor;
  readonly claim?: ModerationClaim;
  /** The decision that stands. An appeal takes it away. */
  readonly decision?: {
    readonly decision: ModerationDecision;
    readonly by: ModerationActor;
    readonly reason: string;
    readonly atMs: number;
  };
  readonly appeal?: { readonly text: string; readonly atMs: number };
  /** Those whose decision was appealed against: they do not decide again. */
  readonly formerReviewers: readonly ModerationActor[];
  readonly events: readonly ModerationEvent[];
}

export type ModerationRefusalCode =
  | 'own_request'
  | 'reviewed_before'
  | 'claimed_by_another'
  | 'not_claimed'
  | 'already_decided'
  | 'already_appealed'
  | 'nothing_to_appeal'
  | 'too_many_events';

/** A step of a review is not allowed now, or not to this reviewer. The message says why. */
export class ModerationRefused extends Error {
  override readonly name = 'ModerationRefused';
  readonly code: ModerationRefusalCode;

  constructor(code: ModerationRefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
