import { decodeLease, type LeaseState, type LedgerItem } from '../../storage/ledger-item.ts';
import type { LedgerStore, NotedAccount } from '../../storage/ledger-store.ts';
import type { HoldReference } from './account.ts';
import { abandonedAfterMs, longestBeforeHoldMs } from './lifetimes.ts';
import { finishTransfers, payDebt } from './shards.ts';

/** What the holders of a lease have spent in all, from what they recorded; theirs are marked as ended from then on. */
export type LeaseSpending = (
  account: { readonly tenantId: string; readonly account: string },
  leaseId: string,
  lease: LeaseState,
) => Promise<number>;

/** What the records of a request tell. */
export interface RecordedRequest {
  readonly requestId: string;
  /** What its intent notes. */
  readonly holds: readonly HoldReference[];
  /** What its outcome says it cost; null where the price is not known. Absent: it has no outcome. */
  readonly cost?: number | null;
}

/** The records of requests, as far as money needs them. */
export interface RequestRecords {
  /** Undefined where it has no intent. */
  find(tenantId: string, requestId: string): Promise<RecordedRequest | undefined>;
  /** Those that began in a stretch of time. */
  list(tenantId: string, fromMs: number, toMs: number): AsyncIterable<RecordedRequest>;
  /**
   * Records that a request ended unknown, at this cost, if it has no outcome.
   *
   * @returns the cost of the outcome that it has now, whosever it is
   */
  recordLost(tenantId: string, requestId: string, cost: number): Promise<number | null>;
}

export interface SweepOptions {
  readonly store: LedgerStore;
  readonly spending: LeaseSpending;
  readonly now?: () => number;
  /** Told of each account that was looked at, and of its items as they are then. */
  readonly onSwept?: (noted: NotedAccount, items: readonly (LedgerItem | undefined)[]) => Promise<void>;
  /** Accounts looked at in one go; the next begins where this one ended. @default 1000 */
  readonly mostAccounts?: number;
  /** Where the last one ended, as it was returned. */
  readonly after?: string;
}

export interface Swept {
  /** Leases that were settled. */
  readonly settled: number;
  /** Where the next sweep is to begin; absent: at the beginning. */
  readonly next?: string;
}

const pageSize = 100;
/** Nothing is held of a period that has been over for so long. */
const forgottenAfterMs = 2 * 86_400_000;

/**
 * Settles what dead processes of a tenant left. Every account is noted before it is made, so none is overlooked; a lease
 * that is over is settled with what the records of its holders say; of requests that is, for one without an outcome, all
 * that was held for it: its model may have been called. It may run at any time, also twice at once.
 */
export async function sweepLedger(tenantId: string, options: SweepOptions): Promise<Swept> {
  const { store, mostAccounts = 1_000, now = Date.now } = options;
  let settled = 0;
  let looked = 0;
  let { after } = options;
  do {
    const page = await store.listNoted(tenantId, Math.min(pageSize, mostAccounts - looked), after);
    for (const noted of page.accounts) {
      const swept = await sweepAccount(tenantId, noted, options);
      settled += swept.settled;
      if (swept.isEmpty && isLongOver(noted, now())) await store.forgetNoted(tenantId, noted);
    }
    looked += page.accounts.length;
    after = page.next;
  } while (after !== undefined && looked < mostAccounts);
  return { settled, ...(after !== undefined && { next: after }) };
}

/** The same for one account. */
export async function sweepAccount(
  tenantId: string,
  noted: NotedAccount,
  { store, spending, now = Date.now, onSwept }: SweepOptions,
): Promise<{ readonly settled: number; readonly isEmpty: boolean }> {
  const { account } = noted;
  const sharded = { tenantId, account };
  let items = await store.readAll(tenantId, account);
  if (await finishTransfers(store, sharded, items)) items = await store.readAll(tenantId, account);
  if ((items[0]?.available ?? 0) < 0 && items.length > 1) await payDebt(store, sharded, items);
  let settled = 0;
  let isEmpty = true;
  for (const [shard, item] of items.entries()) {
    for (const [leaseId, text] of item?.leases ?? []) {
      isEmpty = false;
      const lease = decodeLease(text);
      if (lease.expiresAtMs + abandonedAfterMs > now()) continue;
      const spent = (await spending(sharded, leaseId, lease)) - lease.spent;
      const { changed } = await store.change(
        { ...sharded, shard },
        {
          lease: { id: leaseId, before: lease, after: undefined },
          available: lease.amount - spent,
          settled: spent,
        },
      );
      // Otherwise another sweep was first, or the process after all: with the same amount, from the same records.
      if (changed) settled += 1;
    }
  }
  if (onSwept) await onSwept(noted, settled > 0 ? await store.readAll(tenantId, account) : items);
  return { settled, isEmpty };
}

/** What the requests that a lease was for have cost in all. */
export function spendingOf(records: RequestRecords): LeaseSpending {
  return async ({ tenantId, account }, leaseId, lease) => {
    let spent = 0;
    for await (const request of requestsOf(tenantId, leaseId, lease, records)) {
      const hold = request.holds.find((one) => one.account === account && one.lease === leaseId);
      if (!hold) continue;
      const cost =
        request.cost === undefined
          ? await records.recordLost(tenantId, request.requestId, hold.amount)
          : request.cost;
      // A cost that is not known counts as all that was held for it.
      spent += cost ?? hold.amount;
    }
    return spent;
  };
}

async function* requestsOf(
  tenantId: string,
  leaseId: string,
  { createdAtMs, expiresAtMs }: LeaseState,
  records: RequestRecords,
): AsyncGenerator<RecordedRequest> {
  if (!leaseId.startsWith('req_')) {
    yield* records.list(tenantId, createdAtMs - longestBeforeHoldMs, expiresAtMs);
    return;
  }
  const request = await records.find(tenantId, leaseId);
  if (request) yield request;
}

function isLongOver({ periodEndMs }: NotedAccount, nowMs: number): boolean {
  return periodEndMs !== undefined && periodEndMs + forgottenAfterMs < nowMs;
}
