import {
  type Moderation,
  type ModerationActor,
  type ModerationDecision,
  type ModerationEvent,
  type ModerationFinding,
  ModerationRefused,
} from './moderation.ts';

/** How long a claim holds others off, in milliseconds, unless it is renewed. */
export const claimMs = 15 * 60_000;

/** Keeps what is stored of a review small, whatever reviewers do. */
const maxEventsBeforeClaim = 100;

/** Begins the review of a request that a guardrail held. */
export function beginReview(
  findings: readonly ModerationFinding[],
  requester: ModerationActor,
  nowMs: number,
): Moderation {
  const event: ModerationEvent = { type: 'moderation.held', atMs: nowMs, after: 'held' };
  return { findings, requester, formerReviewers: [], events: [event] };
}

/**
 * Takes a held request for 15 minutes, or takes it for 15 minutes more.
 *
 * @throws ModerationRefused where another reviewer has it, or this one may not decide on it
 */
export function claim(moderation: Moderation, reviewer: ModerationActor, nowMs: number): Moderation {
  refuseTheConcerned(moderation, reviewer);
  const standing = standingClaim(moderation, nowMs);
  if (standing && !isSame(standing.by, reviewer)) {
    throw new ModerationRefused(
      'claimed_by_another',
      `Another reviewer has claimed the request until ${new Date(standing.untilMs).toISOString()}.`,
    );
  }
  const claimed = { ...moderation, claim: { by: reviewer, untilMs: nowMs + claimMs } };
  // A claim that is renewed is the same claim.
  if (standing) return claimed;
  if (moderation.events.length >= maxEventsBeforeClaim) {
    throw new ModerationRefused(
      'too_many_events',
      'The request has been claimed too often without a decision. It stays as it is until it expires.',
    );
  }
  return withEvent(claimed, {
    type: 'moderation.claimed',
    atMs: nowMs,
    actor: reviewer,
    before: 'held',
    after: 'held',
  });
}

/**
 * Decides on a held request.
 *
 * @throws ModerationRefused where the reviewer has no claim to it, or may not decide on it
 */
export function decide(
  moderation: Moderation,
  reviewer: ModerationActor,
  { decision, reason }: { readonly decision: ModerationDecision; readonly reason: string },
  nowMs: number,
): Moderation {
  refuseTheConcerned(moderation, reviewer);
  const standing = standingClaim(moderation, nowMs);
  if (!standing || !isSame(standing.by, reviewer)) {
    throw new ModerationRefused(
      'not_claimed',
      'Only the reviewer who has claimed the request decides on it. Claim it first.',
    );
  }
  const { claim: _ended, ...rest } = moderation;
  const approved = decision === 'approve';
  return withEvent(
    { ...rest, decision: { decision, by: reviewer, reason, atMs: nowMs } },
    {
      type: approved ? 'moderation.approved' : 'moderation.rejected',
      atMs: nowMs,
      actor: reviewer,
      before: 'held',
      after: approved ? 'queued' : 'rejected',
      text: reason,
    },
  );
}

/** True where this reviewer has decided just so before: to say it again changes nothing. */
export function hasDecided(
  { decision: standing }: Moderation,
  reviewer: ModerationActor,
  decision: ModerationDecision,
): boolean {
  return standing !== undefined && standing.decision === decision && isSame(standing.by, reviewer);
}

/**
 * Takes a rejected request to another reviewer, once.
 *
 * @throws ModerationRefused where there has been an appeal, or nothing was rejected
 */
export function appeal(
  moderation: Moderation,
  caller: ModerationActor,
  text: string,
  nowMs: number,
): Moderation {
  const { decision, ...rest } = moderation;
  if (moderation.appeal) {
    throw new ModerationRefused('already_appealed', 'There has been an appeal; its decision is final.');
  }
  if (decision?.decision !== 'reject') {
    throw new ModerationRefused('nothing_to_appeal', 'The request has not been rejected.');
  }
  return withEvent(
    {
      ...rest,
      appeal: { text, atMs: nowMs },
      formerReviewers: [...moderation.formerReviewers, decision.by],
    },
    {
      type: 'moderation.appealed',
      atMs: nowMs,
      actor: caller,
      before: 'rejected',
      after: 'held',
      text,
    },
  );
}

/** Ends the review of a request on which nobody decided. */
export function endReview(
  moderation: Moderation,
  type: 'moderation.cancelled' | 'moderation.expired',
  before: string,
  nowMs: number,
  actor?: ModerationActor,
): Moderation {
  const { claim: _ended, ...rest } = moderation;
  const after = type === 'moderation.cancelled' ? 'cancelled' : 'expired';
  const event = { type, atMs: nowMs, before, after, ...(actor && { actor }) };
  return { ...rest, events: [...moderation.events, event] };
}

/** The claim that holds now, if any. */
export function standingClaim({ claim: latest }: Moderation, nowMs: number): Moderation['claim'] {
  return latest && latest.untilMs > nowMs ? latest : undefined;
}

/** One person may have several keys. */
function isSame(a: ModerationActor, b: ModerationActor): boolean {
  return a.keyId === b.keyId || (a.userId !== undefined && a.userId === b.userId);
}

function refuseTheConcerned({ requester, formerReviewers }: Moderation, reviewer: ModerationActor): void {
  if (isSame(requester, reviewer)) {
    throw new ModerationRefused('own_request', 'Nobody decides on a request of their own.');
  }
  if (formerReviewers.some((former) => isSame(former, reviewer))) {
    throw new ModerationRefused(
      'reviewed_before',
      'The appeal is against your decision: another reviewer has to decide.',
    );
  }
}

function withEvent(moderation: Moderation, event: ModerationEvent): Moderation {
  return { ...moderation, events: [...moderation.events, event] };
}
