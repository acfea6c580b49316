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
  /** Called after every write with how the account stands. It may start work, which `Ledger.flush` waits for. */
  readonly observe?: (standing: AccountStanding) => Promise<void> | undefined;
}

/** How an account stands: `limit = available + held + settled`, always. */
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
}

/** Where a request's part of an account is. It is recorded with the request before anything is spent. */
export interface HoldReference {
  /** The account's id. */
  readonly account: string;
  /** The lease of which it is a part. */
  readonly lease: string;
  readonly amount: number;
}

/** There is not enough left in an account. */
export interface LedgerRefusal {
  readonly granted: false;
  readonly account: Account;
  readonly standing: AccountStanding;
  /** True where what is missing is held, not spent: it may become free. */
  readonly retryable: boolean;
}

/** The ledger could not be asked. Nothing was spent; what may have been held ends by itself. */
export class LedgerUnavailable extends Error {
  override readonly name = 'LedgerUnavailable';
}
