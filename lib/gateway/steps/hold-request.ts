import type { Jobs } from '../../jobs/index.ts';
import type { JsonObject } from '../../plugin/index.ts';
import { type ModerationFinding, queueSettingOf, UsageCapReached } from '../../policy/index.ts';
import { ObjectTooLarge } from '../../storage/tenant-object-store.ts';
import type { Principal, TenantSettings } from '../../tenancy/index.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Exchange } from '../exchange.ts';
import { type GatewayReply, jsonReply } from '../http.ts';
import { describeJob } from '../jobs/describe-job.ts';
import { replyHeaders } from '../reply-headers.ts';

/** A request that a guardrail wants a person to see. */
export interface RequestToHold {
  readonly exchange: Exchange;
  readonly principal: Principal;
  readonly settings: TenantSettings;
  /** The route's path, for example `/v1/chat/completions`. */
  readonly path: string;
  readonly body: JsonObject;
  readonly findings: readonly ModerationFinding[];
}

const dayMs = 24 * 60 * 60_000;
/** When what is reserved for others, and may not be used, may be free again. */
const reservedRetryMs = 2_000;

/**
 * Puts a request into the moderation queue and tells its caller where to ask for what became of it. A request for a
 * stream gets the same: there is nothing to stream before a person has decided, and its answer comes whole.
 *
 * @throws ApiError 503 where the request could not be stored, 413 where it is too large for that, 429 where the tenant or
 * project may store no more
 */
export async function holdRequest(
  { exchange, principal, settings, path, body, findings }: RequestToHold,
  services: { readonly jobs: () => Promise<Jobs> },
): Promise<GatewayReply> {
  const { holdDays } = queueSettingOf(settings);
  // Nobody listens when it runs.
  const { stream: _stream, stream_options: _streamOptions, ...asked } = body;
  try {
    const jobs = await services.jobs();
    const job = await jobs.hold({
      principal,
      settings,
      requestId: exchange.requestId,
      path,
      model: String(body.model),
      body: Buffer.from(JSON.stringify(asked)),
      findings,
      holdMs: holdDays * dayMs,
    });
    const headers = replyHeaders(exchange);
    headers.location = `/v1/openclaw/jobs/${job.id}`;
    return jsonReply(202, describeJob(job), headers);
  } catch (error) {
    if (error instanceof ObjectTooLarge) {
      throw new ApiError(413, 'The request needs a review and is too large to be kept for it. Send less.', {
        code: 'request_too_large',
        cause: error,
      });
    }
    if (error instanceof UsageCapReached) throw capReached(error);
    throw new ApiError(503, 'The request needs a review and could not be kept for it. Try again.', {
      code: 'moderation_unavailable',
      retryAfterMs: 1_000,
      cause: error,
    });
  }
}

function capReached({ refusal, message }: UsageCapReached): ApiError {
  const { cap, amount, used, reserved, retryable } = refusal;
  return new ApiError(
    429,
    `The request needs a review and cannot be kept for it: ${message}. Stored are ${used + reserved} of ${cap.limit} ` +
      `bytes, and it takes ${amount}. Remove what is not needed, or ask an administrator to raise the cap.`,
    {
      type: 'insufficient_quota',
      code: 'insufficient_quota',
      ...(retryable ? { retryAfterMs: reservedRetryMs } : { shouldRetry: false }),
    },
  );
}
