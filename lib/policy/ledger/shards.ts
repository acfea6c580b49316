import type { LedgerItem } from '../../storage/ledger-item.ts';
import type { LedgerStore } from '../../storage/ledger-store.ts';

export interface ShardedAccount {
  readonly tenantId: string;
  readonly account: string;
  readonly removeAtSeconds?: number;
}

type Items = readonly (LedgerItem | undefined)[];

/** Brings an amount from one item of an account to another. A crash between the steps is made good by `finishTransfers`. */
export async function transfer(
  store: LedgerStore,
  account: ShardedAccount,
  from: number,
  to: number,
  amount: number,
): Promise<boolean> {
  const source = { ...account, shard: from };
  const { item, changed } = await store.send(source, to, amount);
  // One that is on its way already goes first: it may be this very one, sent twice.
  if (item) await finish(store, account, from, to, item);
  return changed;
}

/** Completes what was on its way when a process died. Any number may do so at once, and late. */
export async function finishTransfers(
  store: LedgerStore,
  account: ShardedAccount,
  items: Items,
): Promise<boolean> {
  let found = false;
  for (const [from, item] of items.entries()) {
    for (const to of item?.outgoing.keys() ?? []) {
      found = true;
      await finish(store, account, from, to, item as LedgerItem);
    }
  }
  return found;
}

async function finish(
  store: LedgerStore,
  account: ShardedAccount,
  from: number,
  to: number,
  item: LedgerItem,
): Promise<void> {
  const sent = item.outgoing.get(to);
  if (!sent) return;
  await store.receive({ ...account, shard: to }, from, sent, account.removeAtSeconds);
  await store.forgetSent({ ...account, shard: from }, to, sent);
}

/**
 * Brings what there is of an account to where it is needed.
 *
 * @param need - what the item lacks to have enough
 * @returns false where all of them together have not so much
 */
export async function gather(
  store: LedgerStore,
  account: ShardedAccount,
  items: Items,
  to: number,
  need: number,
): Promise<boolean> {
  // What one item owes, the others have to have: it counts too.
  const total = items.reduce((sum, item) => sum + (item?.available ?? 0), 0);
  if (total < need) return false;
  const others = items
    .map((item, shard) => ({ shard, available: item?.available ?? 0 }))
    .filter(({ shard, available }) => shard !== to && available > 0)
    .sort((one, other) => other.available - one.available);
  let missing = need - (items[to]?.available ?? 0);
  for (const { shard, available } of others) {
    if (missing <= 0) break;
    // Half of what is there, or the next request here would have to come back for more.
    const amount = Math.min(available, Math.max(missing, Math.floor(available / 2)));
    if (await transfer(store, account, shard, to, amount)) missing -= amount;
  }
  return true;
}

/** Pays what the first item owes, after a limit was lowered, out of what others have. */
export async function payDebt(store: LedgerStore, account: ShardedAccount, items: Items): Promise<void> {
  let owed = -(items[0]?.available ?? 0);
  for (const [shard, item] of items.entries()) {
    if (owed <= 0) return;
    const amount = Math.min(owed, item?.available ?? 0);
    if (shard === 0 || amount <= 0) continue;
    if (await transfer(store, account, shard, 0, amount)) owed -= amount;
  }
}
