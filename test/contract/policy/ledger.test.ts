import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Hold,
  type HoldReference,
  isRefusal,
  Ledger,
  type RecordedRequest,
  sweepLedger,
} from '../../../lib/policy/ledger/index.ts';
import { type AccountDefinition, LedgerStore } from '../../../lib/storage/ledger-store.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';

let db: TestDynamoDb;
let store: LedgerStore;
let accounts = 0;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  db = await startDynamoDb();
  await db.createTable('Ledger', 'partition', 'sort');
  store = new LedgerStore('Ledger', () => db.client);
});

afterAll(() => db.stop());

const anHourMs = 3_600_000;

function newAccount(limit: number | null, limitVersion = 1): AccountDefinition {
  accounts += 1;
  return { tenantId: `t${accounts}`, id: 'budget', limit, limitVersion, removeAtSeconds: 4_000_000_000 };
}

async function held(ledger: Ledger, account: AccountDefinition, amount: number): Promise<Hold | undefined> {
  const outcome = await ledger.hold(account, amount, Date.now() + 60_000);
  return isRefusal(outcome) ? undefined : outcome;
}

/** What the account has settled, what is held of it, and whether its sums are right. */
async function sums(account: AccountDefinition) {
  const item = await store.read(account);
  if (!item) return { settled: 0, held: 0, available: account.limit };
  const inLeases = [...item.leases.values()].reduce((sum, { amount }) => sum + amount, 0);
  expect(item.available + item.settled + inLeases).toBe(item.limit ?? 0);
  return { settled: item.settled, held: inLeases, available: item.available };
}

describe('the ledger', () => {
  it('LiteLLM 34732: of many requests at once admits what the limit allows, not all that passed a check', async () => {
    const account = newAccount(100);
    const processes = Array.from({ length: 8 }, () => new Ledger({ store }));
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) => held(processes[index % 8] as Ledger, account, 7)),
    );
    expect(outcomes.filter((hold) => hold !== undefined)).toHaveLength(14);
    expect(await sums(account)).toEqual({ settled: 0, held: 98, available: 2 });
  });

  it('LiteLLM 40095: an account that nobody has used yet is limited from its first requests on', async () => {
    const account = newAccount(10);
    const holds = await Promise.all(
      Array.from({ length: 50 }, () => held(new Ledger({ store }), account, 10)),
    );
    expect(holds.filter((hold) => hold !== undefined)).toHaveLength(1);
  });

  it('LiteLLM 27639: what is settled with less, or not at all, is free again at once', async () => {
    const account = newAccount(10);
    const ledger = new Ledger({ store });
    await (await held(ledger, account, 10))?.settle(3);
    await (await held(ledger, account, 7))?.settle(0);
    expect(await sums(account)).toEqual({ settled: 3, held: 0, available: 7 });
  });

  it('settles once, however often it is told', async () => {
    const account = newAccount(100);
    const hold = await held(new Ledger({ store }), account, 10);
    await Promise.all([hold?.settle(4), hold?.settle(4), hold?.settle(9)]);
    expect(await sums(account)).toMatchObject({ settled: 4, held: 0 });
  });

  it('counts an overrun in full, and admits nothing on top of it', async () => {
    const account = newAccount(10);
    const ledger = new Ledger({ store });
    await (await held(ledger, account, 10))?.settle(12);
    expect(await sums(account)).toEqual({ settled: 12, held: 0, available: -2 });
    expect(await held(new Ledger({ store }), account, 0)).toBeUndefined();
  });

  it('tells what is spent from what is only held', async () => {
    const account = newAccount(10);
    const ledger = new Ledger({ store });
    await (await held(ledger, account, 4))?.settle(4);
    await held(ledger, account, 5);
    expect(await new Ledger({ store }).hold(account, 2, Date.now())).toEqual({
      refused: true,
      settled: 4,
      held: 5,
      limit: 10,
    });
  });

  it('does not ask again, for a moment, for what it was just refused', async () => {
    const account = newAccount(10);
    const ledger = new Ledger({ store });
    await held(ledger, account, 10);
    await held(ledger, account, 1);
    db.operations.length = 0;
    expect(await held(ledger, account, 1)).toBeUndefined();
    expect(db.operations).toEqual([]);
  });

  it('keeps the usage when the limit changes, up or down, whoever comes with the change first', async () => {
    const account = newAccount(10);
    await (await held(new Ledger({ store }), account, 8))?.settle(8);
    const raised = { ...account, limit: 20, limitVersion: 2 };
    await (await held(new Ledger({ store }), raised, 12))?.settle(0);
    const lowered = { ...account, limit: 9, limitVersion: 3 };
    const [one, other] = await Promise.all([
      held(new Ledger({ store }), lowered, 1),
      held(new Ledger({ store }), lowered, 1),
    ]);
    expect([one, other].filter((hold) => hold !== undefined)).toHaveLength(1);
    // A process that still goes by an older definition is held to the newer one.
    expect(await held(new Ledger({ store }), raised, 5)).toBeUndefined();
    expect(await sums(account)).toEqual({ settled: 8, held: 1, available: 0 });
  });

  it('counts without a limit where there is none', async () => {
    const account = newAccount(null);
    const ledger = new Ledger({ store });
    await (await held(ledger, account, 1_000_000))?.settle(700_000);
    expect(await store.read(account)).toMatchObject({ settled: 700_000, available: -700_000 });
  });

  it('writes for few of many requests, and is exact all the same', async () => {
    const account = newAccount(1_000_000);
    const ledger = new Ledger({ store });
    const request = async () => {
      const hold = await held(ledger, account, 50);
      await new Promise((resolve) => setTimeout(resolve, 2));
      await hold?.settle(30);
    };
    for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 20 }, request));
    db.operations.length = 0;
    for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 20 }, request));
    expect(db.operations.length).toBeLessThan(40);
    await ledger.close();
    expect(await sums(account)).toEqual({ settled: 500 * 30, held: 0, available: 1_000_000 - 500 * 30 });
  });

  it('is told that it cannot be reached, and takes nothing then', async () => {
    const account = newAccount(10);
    const failure = { __type: 'com.amazonaws.dynamodb.v20120810#AccessDeniedException', message: 'no' };
    db.failNext(400, failure);
    db.failNext(400, failure);
    await expect(held(new Ledger({ store }), account, 1)).rejects.toThrow('the ledger cannot be reached');
    expect(await sums(account)).toMatchObject({ settled: 0, held: 0 });
  });
});

/** What a request of the property below does. */
type Ending =
  | 'ok'
  | 'failed'
  | 'cut'
  | 'overrun'
  | 'killed before the intent'
  | 'killed before the outcome'
  | 'killed';

interface PlannedRequest {
  readonly process: number;
  readonly estimate: number;
  /** Of the estimate, in percent. */
  readonly actual: number;
  readonly ending: Ending;
  readonly delayMs: number;
  readonly settlesTwice: boolean;
}

const plannedRequest: fc.Arbitrary<PlannedRequest> = fc.record({
  process: fc.nat({ max: 4 }),
  estimate: fc.integer({ min: 0, max: 400 }),
  actual: fc.integer({ min: 0, max: 100 }),
  ending: fc.constantFrom<Ending>(
    'ok',
    'ok',
    'ok',
    'failed',
    'cut',
    'overrun',
    'killed before the intent',
    'killed before the outcome',
    'killed',
  ),
  delayMs: fc.nat({ max: 6 }),
  settlesTwice: fc.boolean(),
});

const runs = Number(process.env.OPENCLAW_PROPERTY_RUNS ?? 8);

describe('whatever happens to requests', () => {
  it('no limit is exceeded, nothing leaks, and what is settled is what is recorded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plannedRequest, { minLength: 200, maxLength: 200 }),
        fc.integer({ min: 500, max: 30_000 }),
        fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined }),
        checkRequests,
      ),
      { numRuns: runs },
    );
  }, 300_000);
});

interface TestRecord {
  readonly atMs: number;
  readonly holds: readonly HoldReference[];
  cost?: number;
}

async function checkRequests(
  plan: readonly PlannedRequest[],
  limit: number,
  changedLimit: number | undefined,
): Promise<void> {
  let account = newAccount(limit);
  const processes = Array.from({ length: 5 }, () => new Ledger({ store }));
  const records = new Map<string, TestRecord>();
  let mostAllowed = limit;
  let overruns = 0;
  const request = async (planned: PlannedRequest, index: number) => {
    await pause(planned.delayMs * (index % 7));
    const ledger = processes[planned.process] as Ledger;
    const hold = await held(ledger, account, planned.estimate);
    // A caller that is refused gets its answer; nothing is called and nothing recorded.
    if (!hold || planned.ending === 'killed before the intent') return;
    const record: TestRecord = { atMs: Date.now(), holds: [hold.reference] };
    records.set(String(index), record);
    await pause(planned.delayMs);
    if (planned.ending === 'killed before the outcome') return;
    const used = Math.floor((planned.estimate * planned.actual) / 100);
    const cost =
      planned.ending === 'failed' ? 0 : planned.ending === 'overrun' ? planned.estimate + used : used;
    overruns += Math.max(0, cost - planned.estimate);
    record.cost = cost;
    if (planned.ending === 'killed') return;
    await hold.settle(cost);
    if (planned.settlesTwice) await hold.settle(cost + 1);
  };
  let watching = true;
  const watch = (async () => {
    while (watching) {
      const { settled, held: inLeases } = await sums(account);
      expect(settled + inLeases).toBeLessThanOrEqual(mostAllowed + overruns);
      await pause(3);
    }
  })();
  const changed = (async () => {
    if (changedLimit === undefined) return;
    await pause(10);
    // What was held under the former limit stays held under a lower one.
    mostAllowed = Math.max(mostAllowed, changedLimit);
    account = { ...account, limit: changedLimit, limitVersion: 2 };
  })();
  await Promise.all([...plan.map(request), changed]);
  watching = false;
  await watch;
  // Processes 0 and 1 end properly, the others are killed with all that they hold.
  await Promise.all(processes.slice(0, 2).map((ledger) => ledger.close()));
  const later = Date.now() + anHourMs;
  const sweep = () => sweepLedger(account.tenantId, sweepOptions(records, later));
  await Promise.all([sweep(), sweep()]);
  expect(await sweep()).toBe(0);
  const { settled, held: inLeases } = await sums(account);
  const recorded = [...records.values()].reduce((sum, { cost }) => sum + (cost ?? Number.NaN), 0);
  expect({ settled, inLeases }).toEqual({ settled: recorded, inLeases: 0 });
  expect(settled).toBeLessThanOrEqual(mostAllowed + overruns);
}

function sweepOptions(records: Map<string, TestRecord>, nowMs: number) {
  return {
    store,
    now: () => nowMs,
    requests: async function* (_tenant: string, from: number, to: number): AsyncIterable<RecordedRequest> {
      for (const [requestId, { atMs, holds, cost }] of records) {
        if (atMs >= from && atMs <= to) yield { requestId, holds, ...(cost !== undefined && { cost }) };
      }
    },
    recordLost: async (_tenant: string, requestId: string, cost: number) => {
      const record = records.get(requestId);
      if (record) record.cost = cost;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
