import type { TenantSettings } from '../../tenancy/index.ts';
import type { HoldReference } from '../ledger/account.ts';

export const budgetLevels = ['tenant', 'project', 'key', 'user', 'model'] as const;
export type BudgetLevel = (typeof budgetLevels)[number];

export const budgetPeriods = ['day', 'week', 'month', 'total'] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

/** What may be spent in a period: a setting of kind `budget`. */
export interface Budget {
  readonly id: string;
  readonly name?: string;
  readonly level: BudgetLevel;
  /** Whom it is for; `*`: each of its level, with an amount of its own. */
  readonly subject: string;
  /** A positive integer. */
  readonly amountMicroUsd: number;
  /** In UTC; a week begins on Monday. */
  readonly period: BudgetPeriod;
  /** `hard` refuses what would exceed it; `soft` only tells. */
  readonly mode: 'hard' | 'soft';
  /** Shares of the amount at which the tenant is told, in percent, ascending. */
  readonly alertPercents: readonly number[];
  /** Grows with every change, also over a deletion. */
  readonly version: number;
}

/** Who makes a request, for which model. */
export interface BudgetSubject {
  readonly tenantId: string;
  /** '' for a caller that is in no project. */
  readonly projectId: string;
  readonly keyId: string;
  /** The caller's name for the person for whom it acts. */
  readonly endUser?: string;
  /** The name by which the caller asks for the model. */
  readonly model: string;
}

export interface BudgetRequest {
  readonly settings: TenantSettings;
  readonly subject: BudgetSubject;
  readonly requestId: string;
  /** The most that the request can cost; null where no price is known. */
  readonly estimateMicroUsd: number | null;
  /** After this the holder is taken for dead and the sweeper settles what it held. */
  readonly expiresAtMs: number;
}

/** Money is held for a request, at all its levels. */
export interface BudgetHold {
  readonly held: true;
  /** To be recorded with the request's intent, as `holds`. */
  readonly references: readonly HoldReference[];
  /**
   * Spends what the request has cost, more or less than was held, and frees the rest; null, an unknown cost, spends what
   * was held. Only the first call of this, `release` or `abandon` counts. To be called when the outcome is durably
   * recorded: what a dead process left is settled from the records, and has to come to the same. Called so late that the
   * holder was taken for dead, it is `abandon`.
   */
  settle(costMicroUsd: number | null): Promise<void>;
  /** Frees all of it. */
  release(): Promise<void>;
  /** Leaves it to the sweeper, as if the process had died: it is held until then, and settled from the records. */
  abandon(): Promise<void>;
}

export interface BudgetRefusal {
  readonly held: false;
  readonly reason: 'exhausted' | 'price-unknown';
  readonly refused: Budget;
  readonly spentMicroUsd: number;
  readonly heldMicroUsd: number;
  /** When the period ends; undefined where it never does. */
  readonly resetAtMs: number | undefined;
  /** True where the headroom is held by other requests, not spent. */
  readonly retryable: boolean;
  /** What was held at other levels is being given back. Never rejects. */
  readonly background: Promise<void>;
}

/**
 * A hold that is being placed. Its references are known at once, so the intent can be recorded beside it: one wait for
 * both. A request that is then refused has an outcome that cost nothing.
 */
export interface OpeningHold {
  readonly references: readonly HoldReference[];
  /** Rejects with `LedgerUnavailable`. No promise where nothing had to be asked. */
  readonly outcome: BudgetHold | BudgetRefusal | Promise<BudgetHold | BudgetRefusal>;
}

/** Something about a budget that the tenant is told: by the list of events, and by webhooks. */
export interface BudgetEvent {
  readonly tenantId: string;
  /** The same for the same event, however often it is told. */
  readonly id: string;
  readonly type: 'budget.threshold_reached' | 'budget.exhausted' | 'budget.overrun';
  readonly atMs: number;
  readonly data: Readonly<Record<string, string | number | null>>;
}
