import type { AccountItem, AccountKey, LeaseItem, LedgerStore } from '../../storage/ledger-store.ts';
import type { HoldReference } from './account.ts';

/** What the records of a request tell. */
export interface RecordedRequest {
  readonly requestId: string;
  /** What its intent notes; undefined where it never came to one. */
  readonly holds?: readonly HoldReference[];
  /** What its outcome says it cost; null where the price is not known. Absent: it has no outcome. */
  readonly cost?: number | null;
}

export interface SweepOptions {
  readonly store: LedgerStore;
  /** The tenant's requests that began in a stretch of time. */
  readonly requests: (tenantId: string, fromMs: number, toMs: number) => AsyncIterable<RecordedRequest>;
  /** Records that a request ended without an outcome, at the cost that was held for it. */
  readonly recordLost: (tenantId: string, requestId: string, cost: number) => Promise<void>;
  /** Told of what was settled. */
  readonly onSettled?: (account: AccountKey, item: AccountItem) => void;
  readonly now?: () => number;
}

/** A request may have begun this long before it held anything. */
const longestBeforeHoldMs = 16 * 60_000;
/** Leases last for less than half an hour, so those that are over were noted in one of these hours. */
const notedHours = 2;

/**
 * Settles what dead processes of a tenant left: leases that are over. They are settled from the requests' records, with
 * what is recorded, and for a request without an outcome with all that was held for it: its model may have been called.
 *
 * @returns how many leases were settled
 */
export async function sweepLedger(tenantId: string, options: SweepOptions): Promise<number> {
  const now = (options.now ?? Date.now)();
  let swept = 0;
  const seen = new Set<string>();
  for (let hours = notedHours; hours >= 0; hours -= 1) {
    for await (const account of options.store.notedAccounts(tenantId, now - hours * 3_600_000)) {
      if (seen.has(account.id)) continue;
      seen.add(account.id);
      swept += await sweepAccount(account, now, options);
    }
  }
  return swept;
}

async function sweepAccount(account: AccountKey, nowMs: number, options: SweepOptions): Promise<number> {
  const item = await options.store.read(account);
  let swept = 0;
  for (const [leaseId, lease] of item?.leases ?? []) {
    if (lease.expiresAtMs > nowMs) continue;
    const spentInAll = await recordedSpending(account, leaseId, lease, options);
    const settled = await options.store.report(account, {
      leaseId,
      sequence: lease.sequence,
      amount: lease.amount,
      spent: Math.max(0, spentInAll - lease.spent),
      spentInAll,
    });
    // Another sweep, or the process itself after all, was first.
    if (!settled) continue;
    swept += 1;
    options.onSettled?.(account, settled);
  }
  return swept;
}

async function recordedSpending(
  { tenantId, id }: AccountKey,
  leaseId: string,
  lease: LeaseItem,
  { requests, recordLost }: SweepOptions,
): Promise<number> {
  let spent = 0;
  const from = lease.createdAtMs - longestBeforeHoldMs;
  for await (const request of requests(tenantId, from, lease.expiresAtMs)) {
    const hold = request.holds?.find(({ account, lease: of }) => account === id && of === leaseId);
    if (!hold) continue;
    if (request.cost === undefined) {
      await recordLost(tenantId, request.requestId, hold.amount);
      spent += hold.amount;
    } else spent += request.cost ?? 0;
  }
  return spent;
}
