/** One amount, of micro-dollars or of anything else that is counted in whole numbers, bounded over one period. */
export interface Account {
  readonly tenantId: string;
  /** Unique in the tenant, its period included, for example `budget#budget_1#acme#month-2026-11`. */
  readonly id: string;
  readonly limit: number;
  /** Grows with every change of the limit: of two limits, the one with the greater version counts. */
  readonly limitVersion: number;
  /** `hard` is never exceeded by a hold; `soft` only counts. */
  readonly mode: 'hard' | 'soft';
  /** Undefined: it never ends. */
  readonly periodEndMs: number | undefined;
  /** `own`: no two holders share a lease, as each has a record only of its own. @default - where there are many, they do */
  readonly leases?: 'own';
  /** Shares of the limit of which somebody is told, in percent, ascending. */
  readonly alertPercents?: readonly number[];
  /**
   * Called after writes with how the account stands. What it starts is waited for by `Ledger.flush`.
   *
   * @param overrun - by how much costs were above what was held for them, since the last call
   */
  readonly observe?: (standing: AccountStanding, overrun: number) => Promise<void> | undefined;
}

/** How an account stands: `limit = available + held + settled`. */
export interface AccountStanding {
  readonly limit: number;
  readonly limitVersion: number;
  /** Neither held nor spent. Below zero where a limit was lowered or an actual cost was above its estimate. */
  readonly available: number;
  /** Held by requests that are under way, and by processes for those to come. */
  readonly held: number;
  readonly settled: number;
  /** The highest share of the limit that somebody was told of, in percent; 0 where none. */
  readonly alertedPercent: number;
  /** When somebody was told that it is used up. */
  readonly exhaustedAtMs: number | undefined;
}

/** Where a request's part of an account is. It is recorded with the request before anything is spent. */
export interface HoldReference {
  /** The account's id. */
  readonly account: string;
  /** The lease of which it is a part: the request's own id, or that of a lease for many requests. */
  readonly lease: string;
  readonly amount: number;
}

/** What is asked of an account for one request. */
export interface HoldRequest {
  readonly requestId: string;
  /** A whole number that is not negative. */
  readonly amount: number;
  /** After this the holder is taken for dead. */
  readonly expiresAtMs: number;
}

/** An amount that is held. */
export interface AccountHold {
  readonly granted: true;
  /**
   * Spends the cost, more or less than was held, and frees the rest. Only the first call counts.
   *
   * @returns a promise where something is written; it never rejects
   */
  settle(cost: number): Promise<void> | undefined;
}

/** There is not enough left in an account. */
export interface LedgerRefusal {
  readonly granted: false;
  readonly account: Account;
  readonly standing: AccountStanding;
  /** True where what is missing is held, not spent: it may become free. */
  readonly retryable: boolean;
}

/** A hold that is being placed; where it will be is known before it is. */
export interface OpeningAccountHold {
  readonly reference: HoldReference;
  /** Rejects with `LedgerUnavailable`. No promise where nothing had to be asked. */
  readonly outcome: AccountHold | LedgerRefusal | Promise<AccountHold | LedgerRefusal>;
}

/** The ledger could not be asked. Nothing was spent; what may have been held ends by itself. */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}
