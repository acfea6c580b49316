import type { BoundPrecision, BoundRequest } from '../../models/index.ts';
import {
  type BudgetHold,
  type BudgetRefusal,
  type BudgetRequest,
  LedgerUnavailable,
} from '../../policy/index.ts';
import { describeError, log } from '../../telemetry/index.ts';
import { ApiError } from '../errors/api-error.ts';
import type { RouteCall } from '../route.ts';

export interface BudgetServices {
  readonly budgets: { hold(request: BudgetRequest): Promise<BudgetHold | BudgetRefusal> };
  /** The most that a request can cost, in micro-dollars; null where a price is not known. */
  readonly boundCost: (request: BoundRequest, precision: BoundPrecision) => Promise<number | null>;
}

/** What a request may cost, and who pays. */
export interface BudgetedRequest {
  readonly request: BoundRequest;
  readonly endUser?: string;
}

/** Requests end within 15 minutes, the longest that a function runs and that API Gateway waits. */
const longestRequestMs = 15 * 60_000;
const unavailableRetryMs = 1_000;
/** When money that is held for other requests may be free again. */
const heldRetryMs = 2_000;

/**
 * Holds what a request may cost at most, at all levels that have a budget. The bound is quick and high first; where that
 * does not fit any more, the tokens are counted.
 *
 * @returns undefined where no budget applies, or where the ledger cannot be reached and the tenant wants to go on without
 * @throws ApiError 429 `insufficient_quota`, 403 where a price is not known, 503 where the ledger cannot be reached
 */
export async function holdBudget(
  call: Pick<RouteCall, 'exchange' | 'principal' | 'settings'>,
  { request, endUser }: BudgetedRequest,
  services: BudgetServices,
): Promise<BudgetHold | undefined> {
  const { exchange, principal, settings } = call;
  if (settings.list('budget').length === 0) return undefined;
  const { tenantId, projectId, keyId } = principal;
  const hold = async (precision: BoundPrecision) => {
    const estimateMicroUsd = await services.boundCost(request, precision);
    const outcome = await services.budgets.hold({
      settings,
      subject: {
        tenantId,
        projectId,
        keyId,
        model: request.alias,
        ...(endUser !== undefined && { endUser }),
      },
      requestId: exchange.requestId,
      estimateMicroUsd,
      expiresAtMs: exchange.startedAtMs + longestRequestMs,
    });
    if (!outcome.held) exchange.origin.waitUntil(outcome.background);
    return outcome;
  };
  try {
    let outcome = await hold('quick');
    if (!outcome.held && outcome.reason === 'exhausted') outcome = await hold('counted');
    if (outcome.held) return outcome;
    throw refuse(outcome);
  } catch (error) {
    if (!(error instanceof LedgerUnavailable)) throw error;
    if (settings.tenant.whenLedgerFails === 'closed') {
      throw new ApiError(
        503,
        'The budgets could not be looked up, so the request was not carried out. Try again.',
        { code: 'budgets_unavailable', retryAfterMs: unavailableRetryMs, cause: error },
      );
    }
    log.warn('admitted without a look at the budgets', {
      requestId: exchange.requestId,
      ...describeError(error.cause),
    });
    exchange.admission = 'open';
    return undefined;
  }
}

function refuse(refusal: BudgetRefusal): ApiError {
  const { refused, reason, spentMicroUsd, heldMicroUsd, resetAtMs, retryable } = refusal;
  const whose = `of this ${refused.level}`;
  if (reason === 'price-unknown') {
    return new ApiError(
      403,
      `The budget ${whose} cannot be kept with a model whose price is not known. An administrator can set its price, or make the budget a soft one.`,
      { type: 'insufficient_quota', code: 'price_unknown' },
    );
  }
  const amount = `$${(refused.amountMicroUsd / 1_000_000).toFixed(2)}`;
  const spent = `$${(spentMicroUsd / 1_000_000).toFixed(4)}`;
  const period = refused.period === 'total' ? '' : ` per ${refused.period}`;
  if (retryable) {
    const held = `$${(heldMicroUsd / 1_000_000).toFixed(4)}`;
    return new ApiError(
      429,
      `The budget ${whose} of ${amount}${period} has ${spent} spent and ${held} held for requests under way. Try again shortly, or lower max_completion_tokens.`,
      { type: 'insufficient_quota', code: 'insufficient_quota', retryAfterMs: heldRetryMs },
    );
  }
  const reset = resetAtMs === undefined ? '' : ` It begins anew at ${new Date(resetAtMs).toISOString()}.`;
  return new ApiError(
    429,
    `The budget ${whose} of ${amount}${period} does not allow this request; ${spent} is spent.${reset}`,
    { type: 'insufficient_quota', code: 'insufficient_quota', shouldRetry: false },
  );
}
