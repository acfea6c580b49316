import type { Job, Jobs } from '../../jobs/index.ts';

/** A job as its caller sees it, without what came of it. */
export function describeJob(job: Job) {
  const { moderation } = job;
  return {
    id: job.id,
    object: 'openclaw.job',
    status: job.state,
    endpoint: job.path,
    model: job.model,
    project_id: job.projectId,
    request_id: job.requestId,
    created_at: toSeconds(job.createdAtMs),
    changed_at: toSeconds(job.changedAtMs),
    expires_at: toSeconds(job.expiresAtMs),
    attempts: job.attempts,
    moderation: moderation
      ? {
          categories: [...new Set(moderation.findings.map(({ category }) => category))],
          decision: moderation.decision
            ? {
                decision: moderation.decision.decision,
                reason: moderation.decision.reason,
                decided_at: toSeconds(moderation.decision.atMs),
              }
            : null,
          appeal: moderation.appeal
            ? { text: moderation.appeal.text, created_at: toSeconds(moderation.appeal.atMs) }
            : null,
        }
      : null,
    response: null,
    error: errorOf(job),
  };
}

/** A job with the very answer that the model gave, for whoever asked for it. */
export async function describeJobWithResult(job: Job, jobs: Jobs) {
  const described = describeJob(job);
  if (!job.result) return described;
  const body = await jobs.content(job.tenantId, job.result.content);
  return {
    ...described,
    response: {
      status_code: job.result.status,
      request_id: job.result.requestId,
      body: JSON.parse(Buffer.from(body).toString()) as unknown,
    },
  };
}

/** Why there is no answer and will be none; null where there is one or may be. */
function errorOf(job: Job) {
  if (job.failure) return job.failure.error;
  if (job.state === 'rejected') {
    const reason = job.moderation?.decision?.reason;
    return error('request_rejected', `A reviewer rejected the request${reason ? `: ${reason}` : '.'}`);
  }
  if (job.state === 'expired') {
    return error('request_expired', 'The request waited too long. Send it again if it is still wanted.');
  }
  return job.state === 'cancelled' ? error('request_cancelled', 'The request was cancelled.') : null;
}

function error(code: string, message: string) {
  return { message, type: 'invalid_request_error', param: null, code };
}

export function toSeconds(timeMs: number): number {
  return Math.floor(timeMs / 1_000);
}
