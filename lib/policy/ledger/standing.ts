import { heldIn, type LedgerItem } from '../../storage/ledger-item.ts';
import type { Account, AccountStanding } from './account.ts';

/** How an account stands, from all its items as they were read. */
export function standingOf(items: readonly (LedgerItem | undefined)[]): AccountStanding | undefined {
  const [first] = items;
  if (!first) return undefined;
  let available = 0;
  let held = 0;
  let settled = 0;
  for (const [shard, item] of items.entries()) {
    if (!item) continue;
    available += item.available;
    held += heldIn(item);
    settled += item.settled;
    for (const [to, { sequence, amount }] of item.outgoing) {
      if ((items[to]?.arrived.get(shard) ?? 0) < sequence) available += amount;
    }
  }
  return {
    limit: first.limit ?? 0,
    limitVersion: first.limitVersion,
    available,
    held,
    settled,
    alertedPercent: first.alertedPercent,
    exhaustedAtMs: first.exhaustedAtMs,
  };
}

/** How an account stands that nobody has used. */
export function unusedStanding({
  limit,
  limitVersion,
}: Pick<Account, 'limit' | 'limitVersion'>): AccountStanding {
  return {
    limit,
    limitVersion,
    available: limit,
    held: 0,
    settled: 0,
    alertedPercent: 0,
    exhaustedAtMs: undefined,
  };
}
