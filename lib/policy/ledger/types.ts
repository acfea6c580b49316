import type { AccountDefinition, AccountItem } from '../../storage/ledger-store.ts';
import type { HoldReference } from './account.ts';

/** An amount that is held until it is settled. */
export interface Hold {
  readonly reference: HoldReference;
  /**
   * Settles what was really used: less than held, more, or nothing. Settling again has no effect.
   *
   * @returns a promise where there is something to wait for before the process may stop
   */
  settle(actual: number): Promise<void> | undefined;
}

/** The account does not have the amount. */
export interface HoldRefusal {
  readonly refused: true;
  readonly settled: number;
  /** Held for requests that are not settled yet. */
  readonly held: number;
  readonly limit: number;
}

/** Told after each change of what an account has settled. */
export type OnSettled = (account: AccountDefinition, item: AccountItem) => void;
