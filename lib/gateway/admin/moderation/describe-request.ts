import type { Job } from '../../../jobs/index.ts';
import { type ModerationActor, standingClaim } from '../../../policy/index.ts';
import { describeJob, toSeconds } from '../../jobs/describe-job.ts';

/** A held request as a reviewer sees it, without what was asked. */
export function describeRequest(job: Job, nowMs: number) {
  const { moderation } = job;
  const claim = moderation && standingClaim(moderation, nowMs);
  return {
    ...describeJob(job),
    object: 'openclaw.moderation_request',
    requester: describeActor(moderation?.requester ?? { keyId: job.principal.keyId }),
    findings: (moderation?.findings ?? []).map(({ guardrailId, category, score = null }) => ({
      guardrail_id: guardrailId,
      category,
      score,
    })),
    claim: claim ? { by: describeActor(claim.by), expires_at: toSeconds(claim.untilMs) } : null,
    events: (moderation?.events ?? []).map(({ type, atMs, actor, before = null, after, text = null }) => ({
      type,
      at: toSeconds(atMs),
      actor: actor ? describeActor(actor) : null,
      before,
      after,
      text,
    })),
  };
}

function describeActor({ keyId, userId }: ModerationActor) {
  return { key_id: keyId, user_id: userId ?? null };
}
