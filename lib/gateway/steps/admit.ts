import {
  LimitsUnavailable,
  type RateAdmission,
  type RateLimits,
  type RateRefusal,
} from '../../policy/index.ts';
import { describeError, log } from '../../telemetry/index.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Exchange } from '../exchange.ts';
import type { RouteCall } from '../route.ts';

/** What a request takes of the limits beside its being one. */
export interface RateCost {
  /** About how many tokens it will use. */
  readonly tokens: number;
  /** The name by which the caller asks for a model. */
  readonly model: string;
  /** The caller's `safety_identifier` or `user`. */
  readonly endUser?: string;
}

/**
 * Ends what a request takes of the limits, however it ended: corrects the tokens taken by estimate to those really used,
 * and frees its place among the concurrent ones. The first call counts.
 */
export type SettleTokens = (usedTokens: number) => void;

/** How soon to try again where the limits could not be looked up. */
const unavailableRetryMs = 1_000;

/**
 * Holds a caller to its rate limits. A request that has no cost counts as one against the deployment's limit alone, for
 * what a tenant has set wrong it must be able to repair.
 *
 * @throws ApiError 429 with the time to wait, 503 where the limits cannot be looked up and the tenant does not want
 *   requests to go on without them.
 */
export async function admit(
  { exchange, principal, settings }: Pick<RouteCall, 'exchange' | 'principal' | 'settings'>,
  cost: RateCost | undefined,
  { rateLimits }: { readonly rateLimits: Pick<RateLimits, 'take'> },
): Promise<SettleTokens> {
  const { tenantId, projectId, keyId } = principal;
  const request = {
    settings,
    subject: {
      tenantId,
      projectId,
      keyId,
      ...(cost && { model: cost.model }),
      ...(cost?.endUser !== undefined && { endUser: cost.endUser }),
    },
    tokens: cost?.tokens ?? 0,
    onlyDefault: !cost,
  };
  let decision: RateAdmission | RateRefusal;
  try {
    decision = await rateLimits.take(request);
  } catch (error) {
    if (!(error instanceof LimitsUnavailable)) throw error;
    return goOnWithout(error, exchange, settings.tenant.whenLedgerFails);
  }
  if (!decision.admitted) throw refuse(decision, exchange, request.tokens);
  const admission = decision;
  exchange.rates = admission;
  waitFor(exchange, admission.background);
  return (usedTokens) => {
    waitFor(exchange, admission.settle(usedTokens));
    waitFor(exchange, admission.release());
  };
}

function goOnWithout(
  error: LimitsUnavailable,
  exchange: Exchange,
  whenLedgerFails: 'closed' | 'open',
): SettleTokens {
  if (whenLedgerFails === 'closed') {
    throw new ApiError(
      503,
      'The rate limits could not be looked up, so the request was not carried out. Try again.',
      {
        code: 'limits_unavailable',
        retryAfterMs: unavailableRetryMs,
        cause: error,
      },
    );
  }
  log.warn('admitted without a look at the rate limits', {
    requestId: exchange.requestId,
    ...describeError(error.cause),
  });
  exchange.admission = 'open';
  return () => undefined;
}

function refuse(refusal: RateRefusal, exchange: Exchange, tokens: number): ApiError {
  const { exhausted, period, limit, retryAfterMs, possible, rule, standing, background } = refusal;
  exchange.rates = { standing: () => standing };
  waitFor(exchange, background);
  const whose = `of this ${rule.level}${rule.model === undefined ? '' : ` for the model '${rule.model}'`}`;
  if (!possible) {
    return new ApiError(
      429,
      `The request needs about ${tokens} tokens; the limit ${whose} is ${limit} per ${period}. Send a shorter one or lower max_completion_tokens.`,
      { type: exhausted, code: 'rate_limit_exceeded', shouldRetry: false },
    );
  }
  const what = exhausted === 'concurrency' ? 'requests at the same time' : `${exhausted} per ${period}`;
  return new ApiError(
    429,
    `The limit ${whose} of ${limit} ${what} is reached. Try again in ${Math.ceil(retryAfterMs / 1_000)} s.`,
    { type: exhausted === 'concurrency' ? 'requests' : exhausted, code: 'rate_limit_exceeded', retryAfterMs },
  );
}

function waitFor({ origin }: Exchange, work: Promise<unknown> | undefined): void {
  if (work) origin.waitUntil(work);
}
