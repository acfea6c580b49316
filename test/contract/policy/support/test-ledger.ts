import { expect } from 'vitest';
import type {
  Account,
  AccountHold,
  AccountStanding,
  HoldReference,
  LeaseSpending,
  Ledger,
} from '../../../../lib/policy/ledger/index.ts';
import { spendingOf, standingOf } from '../../../../lib/policy/ledger/index.ts';
import { LedgerStore } from '../../../../lib/storage/ledger-store.ts';
import { newRequestId, requestTimeMs } from '../../../../lib/storage/request-id.ts';
import { startDynamoDb, type TestDynamoDb } from '../../../support/start-dynamodb.ts';

export interface TestLedger {
  readonly db: TestDynamoDb;
  readonly store: LedgerStore;
}

export async function startLedger(): Promise<TestLedger> {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  const db = await startDynamoDb();
  await db.createTable('Ledger', 'partition', 'sort');
  return { db, store: new LedgerStore('Ledger', () => db.database) };
}

let accounts = 0;

/** An account of a tenant of its own. */
export function newAccount(limit: number, more: Partial<Account> = {}): Account {
  accounts += 1;
  const tenantId = `t${Date.now().toString(36)}-${accounts}`;
  return { tenantId, id: 'budget', limit, limitVersion: 1, mode: 'hard', periodEndMs: undefined, ...more };
}

/** A hold of a request of its own; undefined where it is refused. */
export async function held(
  ledger: Ledger,
  account: Account,
  amount: number,
  requestId = newRequestId(),
): Promise<AccountHold | undefined> {
  const expiresAtMs = Date.now() + 60_000;
  const outcome = await ledger.hold(account, { requestId, amount, expiresAtMs });
  return outcome.granted ? outcome : undefined;
}

/** How the account stands, which has to be whole: nothing of its limit is lost or made up. */
export async function standing(store: LedgerStore, account: Account): Promise<AccountStanding> {
  const found = standingOf(await store.readAll(account.tenantId, account.id));
  if (!found) throw new Error('the account was never used');
  expect(found.available + found.settled + found.held).toBe(found.limit);
  return found;
}

export interface TestRecord {
  readonly holds: readonly HoldReference[];
  cost?: number | null;
}

/** What requests spent by records in memory, which do what the real store promises. */
export function memorySpending(records: Map<string, TestRecord>): LeaseSpending {
  return spendingOf({
    find: async (_tenantId, requestId) => {
      const record = records.get(requestId);
      return record && { requestId, ...record };
    },
    list: async function* (_tenantId, fromMs, toMs) {
      for (const [requestId, record] of records) {
        const atMs = requestTimeMs(requestId);
        if (atMs >= fromMs && atMs <= toMs) yield { requestId, ...record };
      }
    },
    recordLost: async (_tenantId, requestId, cost) => {
      const record = records.get(requestId);
      if (!record) throw new Error('what has no intent has no outcome');
      record.cost ??= cost;
      return record.cost;
    },
  });
}

/** The system's clock, which can be put forward. */
export function newClock() {
  let aheadMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    passes: (ms: number) => {
      aheadMs += ms;
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
