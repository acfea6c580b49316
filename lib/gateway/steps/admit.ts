import type { RateLimiter } from '../../policy/index.ts';
import type { Principal } from '../../tenancy/index.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Exchange } from '../exchange.ts';

export interface AdmissionLimits {
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
}

/** Corrects the tokens taken by estimate to those really used. */
export type SettleTokens = (tokens: number) => void;

/**
 * Holds the caller to the rate limits of its key.
 *
 * @throws ApiError 429 with the time to wait.
 */
export async function admit(
  exchange: Exchange,
  principal: Principal,
  estimatedTokens: number,
  services: { readonly rateLimiter: RateLimiter; readonly limits: AdmissionLimits },
): Promise<SettleTokens> {
  const { requestsPerMinute, tokensPerMinute } = services.limits;
  const subject = `${principal.tenantId}#key#${principal.keyId}`;
  const limit = { requests: requestsPerMinute, tokens: tokensPerMinute };
  const admission = await services.rateLimiter.admit(subject, estimatedTokens, limit);
  if (admission.admitted) {
    exchange.rateStanding = admission.standing;
    return admission.settle;
  }
  const { exhausted, standing } = admission;
  exchange.rateStanding = () => standing;
  if (exhausted === 'tokens' && estimatedTokens > tokensPerMinute) {
    throw new ApiError(
      429,
      `The request needs about ${estimatedTokens} tokens; this key may use ${tokensPerMinute} in a minute. Send a shorter one or lower max_completion_tokens.`,
      { type: 'tokens', code: 'rate_limit_exceeded', shouldRetry: false },
    );
  }
  throw new ApiError(
    429,
    `The limit of ${limit[exhausted]} ${exhausted} per minute is reached. Try again in ${Math.ceil(standing.resetMs / 1_000)} s.`,
    { type: exhausted, code: 'rate_limit_exceeded', retryAfterMs: standing.resetMs },
  );
}
