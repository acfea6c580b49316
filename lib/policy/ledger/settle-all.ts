import type { AccountHold, LedgerRefusal } from './account.ts';

/**
 * Spends the same on all accounts that granted a hold.
 *
 * @returns undefined where there is nothing to wait for
 */
export function settleAll(
  outcomes: readonly (AccountHold | LedgerRefusal)[],
  cost: number,
): Promise<void> | undefined {
  const waits: Promise<void>[] = [];
  for (const outcome of outcomes) {
    const wait = outcome.granted ? outcome.settle(cost) : undefined;
    if (wait) waits.push(wait);
  }
  return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
}
