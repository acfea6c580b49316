import { setImmediate } from 'node:timers/promises';
import type { BudgetHold, HoldReference, RateLimits } from '../../policy/index.ts';
import type { Exchange } from '../exchange.ts';
import type { RouteCall } from '../route.ts';
import { admit, type RateCost, type SettleTokens } from './admit.ts';
import { type BudgetedRequest, type BudgetServices, holdBudget } from './hold-budget.ts';

/** What a request used in the end. */
export interface Used {
  readonly tokens: number;
  /** Null where the price is not known. */
  readonly costMicroUsd: number | null;
}

/** What is taken and held for a request, until it is settled. */
export interface Admission {
  /** For the request's intent: what is held of which budget. */
  readonly holds: readonly HoldReference[];
  /**
   * Settles behind the answer: tokens at once, money when the outcome is recorded, for what a dead process left is
   * settled from the records and must come to the same. The first call counts.
   *
   * @param recorded - whether the outcome was stored; where it was not, the money stays held until the sweeper comes
   */
  settle(used: Used, recorded?: Promise<boolean>): void;
  /** Gives everything back: nothing was called. Without effect once it is settled. */
  release(): void;
}

const looking = Symbol('looking');

/**
 * Admits a request to its rate limits and budgets, at all levels at once.
 *
 * @throws ApiError where one of them does not allow it; what the others gave is given back
 */
export async function admitToModel(
  call: Pick<RouteCall, 'exchange' | 'principal' | 'settings'>,
  cost: RateCost,
  budgeted: BudgetedRequest,
  services: BudgetServices & { readonly rateLimits: Pick<RateLimits, 'take'> },
): Promise<Admission> {
  const { exchange, settings } = call;
  const rating = admit(call, cost, services);
  if (settings.list('budget').length === 0) return admissionOf(exchange, await rating, undefined);
  // A refusal that needs no look at the database costs none for the budgets either. Otherwise both are looked at together.
  const early = await Promise.race([rating, setImmediate(looking)]);
  if (early !== looking) {
    try {
      return admissionOf(exchange, early, await holdBudget(call, budgeted, services));
    } catch (error) {
      early(0);
      throw error;
    }
  }
  const [rated, held] = await Promise.allSettled([rating, holdBudget(call, budgeted, services)]);
  if (rated.status === 'fulfilled' && held.status === 'fulfilled') {
    return admissionOf(exchange, rated.value, held.value);
  }
  if (rated.status === 'fulfilled') rated.value(0);
  if (held.status === 'fulfilled' && held.value) exchange.origin.waitUntil(held.value.release());
  throw rated.status === 'rejected' ? rated.reason : held.status === 'rejected' && held.reason;
}

/** What settles or gives back what was taken and held. */
export function admissionOf(
  { origin }: Exchange,
  settleTokens: SettleTokens,
  budget: BudgetHold | undefined,
): Admission {
  let ended = false;
  return {
    holds: budget?.references ?? [],
    settle: ({ tokens, costMicroUsd }, recorded) => {
      if (ended) return;
      ended = true;
      settleTokens(tokens);
      if (budget) {
        origin.waitUntil(
          (recorded ?? Promise.resolve(true)).then((isRecorded) =>
            isRecorded ? budget.settle(costMicroUsd) : budget.abandon(),
          ),
        );
      }
    },
    release: () => {
      if (ended) return;
      ended = true;
      settleTokens(0);
      if (budget) origin.waitUntil(budget.release());
    },
  };
}
