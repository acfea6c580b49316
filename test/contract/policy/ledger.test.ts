import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AccountHold,
  Ledger,
  LedgerUnavailable,
  sweepLedger,
} from '../../../lib/policy/ledger/index.ts';
import type { LedgerStore } from '../../../lib/storage/ledger-store.ts';
import { newRequestId } from '../../../lib/storage/request-id.ts';
import type { TestDynamoDb } from '../../support/start-dynamodb.ts';
import {
  held,
  memorySpending,
  newAccount,
  newClock,
  pause,
  standing,
  startLedger,
  type TestRecord,
} from './support/test-ledger.ts';

let db: TestDynamoDb;
let store: LedgerStore;

beforeAll(async () => {
  ({ db, store } = await startLedger());
});

afterAll(() => db.stop());

/** Operations since `db.operations` was emptied, by name. */
function operations(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of db.operations) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const denied = { __type: 'com.amazonaws.dynamodb.v20120810#AccessDeniedException', message: 'no' };

describe('the ledger', () => {
  it('LiteLLM 34732: of many requests at once admits what the limit allows, not all that passed a check', async () => {
    const account = newAccount(100);
    const processes = Array.from({ length: 8 }, () => new Ledger({ store }));
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) => held(processes[index % 8] as Ledger, account, 7)),
    );
    expect(outcomes.filter((hold) => hold !== undefined)).toHaveLength(14);
    await Promise.all(processes.map((ledger) => ledger.flush()));
    expect(await standing(store, account)).toMatchObject({ settled: 0, held: 98, available: 2 });
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
    expect(await standing(store, account)).toMatchObject({ settled: 3, held: 0, available: 7 });
  });

  it('LiteLLM 30330: a hold is not spending: who dies leaves a hold that ends', async () => {
    const account = newAccount(10);
    await held(new Ledger({ store }), account, 10);
    expect(await standing(store, account)).toMatchObject({ settled: 0, held: 10 });
    const later = Date.now() + 3_600_000;
    await sweepLedger(account.tenantId, { store, spending: memorySpending(new Map()), now: () => later });
    expect(await standing(store, account)).toMatchObject({ settled: 0, held: 0, available: 10 });
  });

  it('bifrost 3547: the limit holds for all processes together, not for each', async () => {
    const account = newAccount(10);
    for (let process = 0; process < 12; process += 1) {
      await (await held(new Ledger({ store }), account, 1))?.settle(1);
    }
    expect(await standing(store, account)).toMatchObject({ settled: 10, available: 0 });
  });

  it('settles once, however often it is told', async () => {
    const account = newAccount(100);
    const hold = await held(new Ledger({ store }), account, 10);
    await Promise.all([hold?.settle(4), hold?.settle(4), hold?.settle(9)]);
    expect(await standing(store, account)).toMatchObject({ settled: 4, held: 0 });
  });

  it('holds once for a request that is sent twice to different processes, and settles it once', async () => {
    const account = newAccount(100);
    const requestId = newRequestId();
    const [one, other] = await Promise.all([
      held(new Ledger({ store }), account, 10, requestId),
      held(new Ledger({ store }), account, 10, requestId),
    ]);
    expect(await standing(store, account)).toMatchObject({ held: 10 });
    await one?.settle(4);
    await other?.settle(4);
    expect(await standing(store, account)).toMatchObject({ settled: 4, held: 0 });
  });

  it('LiteLLM 40002: counts an overrun in full, and admits nothing on top of it', async () => {
    const account = newAccount(10);
    const ledger = new Ledger({ store });
    await (await held(ledger, account, 10))?.settle(12);
    expect(await standing(store, account)).toMatchObject({ settled: 12, held: 0, available: -2 });
    expect(await held(new Ledger({ store }), account, 0)).toBeUndefined();
  });

  it('LiteLLM 36926: tells what is spent from what is only held, and whether waiting helps', async () => {
    const account = newAccount(10);
    const ledger = new Ledger({ store });
    await (await held(ledger, account, 4))?.settle(4);
    await held(ledger, account, 5);
    const refused = (amount: number) =>
      new Ledger({ store }).hold(account, { requestId: newRequestId(), amount, expiresAtMs: Date.now() });
    expect(await refused(2)).toMatchObject({
      granted: false,
      standing: { settled: 4, held: 5, available: 1, limit: 10 },
      retryable: true,
    });
    expect(await refused(7)).toMatchObject({ granted: false, retryable: false });
  });

  it('does not ask again, for a moment, for what it was just refused', async () => {
    const account = newAccount(10);
    const ledger = new Ledger({ store });
    const hold = await held(ledger, account, 10);
    await held(ledger, account, 1);
    db.operations.length = 0;
    expect(await held(ledger, account, 1)).toBeUndefined();
    expect(db.operations).toEqual([]);
    // But it does when it knows that something has become free.
    await hold?.settle(0);
    expect(await held(ledger, account, 1)).toBeDefined();
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
    expect(await standing(store, account)).toMatchObject({ settled: 8, held: 1, available: 0, limit: 9 });
  });

  it('works at once with a limit that was changed in place', async () => {
    const account = newAccount(10);
    await (await held(new Ledger({ store }), account, 8))?.settle(8);
    await new Ledger({ store }).moveLimit({ ...account, limit: 4, limitVersion: 2 });
    expect(await standing(store, account)).toMatchObject({ limit: 4, available: -4 });
    expect(await held(new Ledger({ store }), account, 1)).toBeUndefined();
  });

  it('counts beyond the limit where it is a soft one', async () => {
    const account = newAccount(10, { mode: 'soft' });
    const ledger = new Ledger({ store });
    await (await held(ledger, account, 1_000_000))?.settle(700_000);
    expect(await standing(store, account)).toMatchObject({ settled: 700_000, available: 10 - 700_000 });
  });

  it('refuses nobody in a soft account, also where many who ask at once find none yet', async () => {
    const account = newAccount(0, { mode: 'soft' });
    const holds = await Promise.all(
      Array.from({ length: 20 }, () => held(new Ledger({ store }), account, 100)),
    );
    expect(holds).not.toContain(undefined);
    expect(await standing(store, account)).toMatchObject({ held: 2_000, available: -2_000 });
  });

  it('LiteLLM 27021: admits what is left to the last of it, and no more', async () => {
    const account = newAccount(10);
    expect(await held(new Ledger({ store }), account, 4)).toBeDefined();
    expect(await held(new Ledger({ store }), account, 7)).toBeUndefined();
    expect(await held(new Ledger({ store }), account, 6)).toBeDefined();
    expect(await held(new Ledger({ store }), account, 1)).toBeUndefined();
    expect(await held(new Ledger({ store }), account, 0)).toBeDefined();
  });

  it('makes no account of a request that is more than its whole limit', async () => {
    const account = newAccount(10);
    expect(await held(new Ledger({ store }), account, 11)).toBeUndefined();
    expect(await store.readAll(account.tenantId, account.id)).toEqual([undefined]);
  });
});

describe('what the ledger costs', () => {
  it('is two writes for a request that comes alone', async () => {
    const account = newAccount(1_000);
    const ledger = new Ledger({ store });
    await (await held(ledger, account, 1))?.settle(1);
    db.operations.length = 0;
    for (let request = 0; request < 10; request += 1) await (await held(ledger, account, 5))?.settle(3);
    expect(operations()).toEqual({ UpdateItem: 20 });
  });

  it('is a note and a failed attempt more for the first of a period', async () => {
    const account = newAccount(1_000);
    db.operations.length = 0;
    await (await held(new Ledger({ store }), account, 5))?.settle(3);
    const { GetItem: reads = 0, ...writes } = operations();
    expect(writes).toEqual({ UpdateItem: 3, PutItem: 1 });
    // Only implementations that do not tell what a refused write found.
    expect(reads).toBeLessThanOrEqual(1);
  });

  it('is next to nothing for a request of many, and all are exact', async () => {
    const account = newAccount(10_000_000);
    const clock = newClock();
    const ledger = new Ledger({ store, now: clock.now });
    let waits = 0;
    const request = async () => {
      const expiresAtMs = Date.now() + 60_000;
      const { outcome } = ledger.open(account, { requestId: newRequestId(), amount: 50, expiresAtMs });
      if (outcome instanceof Promise) waits += 1;
      const hold = (await outcome) as AccountHold;
      await pause(2);
      await hold.settle(30);
    };
    for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 40 }, request));
    db.operations.length = 0;
    waits = 0;
    for (let round = 0; round < 50; round += 1) await Promise.all(Array.from({ length: 40 }, request));
    expect(db.operations.length).toBeLessThan(40);
    expect(waits).toBeLessThan(200);
    clock.passes(3_000);
    await ledger.flush();
    expect(await standing(store, account)).toMatchObject({ settled: 55 * 40 * 30, held: 0 });
  });
});

describe('an account that is written to very often', () => {
  it('is spread over several items, and is exact over all of them', async () => {
    const clock = newClock();
    const account = newAccount(1_000);
    const processes = Array.from(
      { length: 4 },
      () => new Ledger({ store, now: clock.now, splitAtWritesPerSecond: 1 }),
    );
    let granted = 0;
    for (let round = 0; round < 12; round += 1) {
      const holds = await Promise.all(processes.map((ledger) => held(ledger, account, 30)));
      await Promise.all(holds.map((hold) => hold?.settle(30)));
      granted += holds.filter(Boolean).length;
      clock.passes(1_000);
    }
    for (const ledger of processes) await ledger.flush();
    expect((await store.readAll(account.tenantId, account.id)).length).toBeGreaterThan(1);
    // What is left in single items is brought together, to the last hold that fits in.
    expect(granted).toBe(33);
    expect(await standing(store, account)).toMatchObject({ settled: 990, held: 0, available: 10 });
    const lowered = { ...account, limit: 500, limitVersion: 2 };
    await new Ledger({ store }).moveLimit(lowered);
    expect(await standing(store, lowered)).toMatchObject({ settled: 990, available: -490 });
    const raised = { ...account, limit: 1_100, limitVersion: 3 };
    expect(await held(new Ledger({ store, now: clock.now }), raised, 110)).toBeDefined();
    expect(await held(new Ledger({ store, now: clock.now }), raised, 1)).toBeUndefined();
  });
});

describe('when storage fails', () => {
  it('LiteLLM 27735: says that the ledger cannot be reached, and nothing stays held', async () => {
    const account = newAccount(10);
    await (await held(new Ledger({ store }), account, 1))?.settle(0);
    db.failNext(400, denied);
    await expect(held(new Ledger({ store }), account, 1)).rejects.toThrow(LedgerUnavailable);
    expect(await standing(store, account)).toMatchObject({ settled: 0, held: 0 });
  });

  it('frees what was held by a write whose answer was lost', async () => {
    const account = newAccount(10);
    await (await held(new Ledger({ store }), account, 1))?.settle(0);
    const ledger = new Ledger({ store: losing(store, 1) });
    await expect(held(ledger, account, 4)).rejects.toThrow(LedgerUnavailable);
    await ledger.flush();
    expect(await standing(store, account)).toMatchObject({ settled: 0, held: 0, available: 10 });
  });

  it('settles once where the answer to that was lost, or it could not be written at first', async () => {
    for (const failing of [losing, refusing]) {
      const account = newAccount(10);
      await (await held(new Ledger({ store }), account, 1))?.settle(0);
      // The second write is the one that settles.
      const ledger = new Ledger({ store: failing(store, 2) });
      await (await held(ledger, account, 4))?.settle(3);
      await ledger.flush();
      expect(await standing(store, account)).toMatchObject({ settled: 3, held: 0, available: 7 });
    }
  });

  it('loses nothing of what many requests spent when a report is not answered', async () => {
    for (const failing of [losing, refusing]) {
      const account = newAccount(1_000_000);
      await (await held(new Ledger({ store }), account, 1))?.settle(0);
      for (const failsAt of [21, 22, 23]) {
        const clock = newClock();
        const ledger = new Ledger({ store: failing(store, failsAt), now: clock.now });
        const before = (await standing(store, account)).settled;
        let granted = 0;
        const requests = Array.from({ length: 60 }, async () => {
          const hold = await held(ledger, account, 10).catch(() => undefined);
          if (!hold) return;
          granted += 1;
          await pause(1);
          await hold.settle(7);
        });
        await Promise.all(requests);
        clock.passes(3_000);
        for (let flush = 0; flush < 3; flush += 1) await ledger.flush();
        expect(await standing(store, account)).toMatchObject({ settled: before + granted * 7, held: 0 });
      }
    }
  }, 30_000);
});

describe('a sweep', () => {
  const later = () => Date.now() + 3_600_000;

  it('settles with what is recorded, and with all that was held where no outcome is', async () => {
    const account = newAccount(1_000);
    const records = new Map<string, TestRecord>();
    const dead = new Ledger({ store });
    for (const cost of [30, undefined, null, 130]) {
      const requestId = newRequestId();
      const opening = dead.open(account, { requestId, amount: 100, expiresAtMs: Date.now() + 60_000 });
      await opening.outcome;
      records.set(requestId, { holds: [opening.reference], ...(cost !== undefined && { cost }) });
    }
    // One of which not even the intent was recorded: its model was not called.
    await held(dead, account, 100);
    const options = { store, spending: memorySpending(records), now: later };
    expect(await sweepLedger(account.tenantId, options)).toEqual({ settled: 5 });
    expect(await standing(store, account)).toMatchObject({ settled: 30 + 100 + 100 + 130, held: 0 });
    expect([...records.values()].map(({ cost }) => cost)).toEqual([30, 100, null, 130]);
    expect(await sweepLedger(account.tenantId, options)).toEqual({ settled: 0 });
  });

  it('leaves alone what is under way, and what clocks that differ could take for over', async () => {
    const account = newAccount(1_000);
    const hold = await held(new Ledger({ store }), account, 100);
    const options = { store, spending: memorySpending(new Map()) };
    for (const minutes of [0, 1, 10]) {
      const now = () => Date.now() + minutes * 60_000;
      expect(await sweepLedger(account.tenantId, { ...options, now })).toEqual({ settled: 0 });
    }
    await hold?.settle(40);
    expect(await standing(store, account)).toMatchObject({ settled: 40 });
  });

  it('is the last word: a process that settles after all changes nothing', async () => {
    const account = newAccount(1_000);
    const requestId = newRequestId();
    const frozen = new Ledger({ store });
    const opening = frozen.open(account, { requestId, amount: 100, expiresAtMs: Date.now() + 60_000 });
    const hold = (await opening.outcome) as AccountHold;
    const records = new Map<string, TestRecord>([[requestId, { holds: [opening.reference] }]]);
    await sweepLedger(account.tenantId, { store, spending: memorySpending(records), now: later });
    await hold.settle(20);
    expect(await standing(store, account)).toMatchObject({ settled: 100, held: 0, available: 900 });
  });

  it('settles a lease for many requests by what each of them has cost, less what was told already', async () => {
    const account = newAccount(1_000_000);
    const records = new Map<string, TestRecord>();
    const dead = new Ledger({ store });
    await Promise.all(
      Array.from({ length: 80 }, async (_, index) => {
        const requestId = newRequestId();
        const opening = dead.open(account, { requestId, amount: 100, expiresAtMs: Date.now() + 60_000 });
        const hold = (await opening.outcome) as AccountHold;
        const record: TestRecord = { holds: [opening.reference] };
        records.set(requestId, record);
        await pause(index % 5);
        if (index % 4 === 0) return;
        record.cost = index;
        if (index % 4 !== 1) await hold.settle(index);
      }),
    );
    await Promise.all(
      [1, 2, 3].map(() =>
        sweepLedger(account.tenantId, { store, spending: memorySpending(records), now: later }),
      ),
    );
    const recorded = [...records.values()].reduce((sum, { cost }) => sum + (cost ?? Number.NaN), 0);
    expect(await standing(store, account)).toMatchObject({ settled: recorded, held: 0 });
  });

  it('goes on where the last one ended, and forgets accounts of periods that are long over', async () => {
    const first = newAccount(10, { periodEndMs: Date.UTC(2026, 10, 1) });
    const { tenantId } = first;
    const accounts = [first, { ...first, id: 'second' }, { ...first, id: 'third', periodEndMs: undefined }];
    for (const account of accounts) await (await held(new Ledger({ store }), account, 1))?.settle(1);
    const seen: string[] = [];
    const options = {
      store,
      spending: memorySpending(new Map()),
      mostAccounts: 2,
      onSwept: async ({ account }: { readonly account: string }) => void seen.push(account),
    };
    const { next } = await sweepLedger(tenantId, options);
    expect(next).toBeDefined();
    expect(await sweepLedger(tenantId, { ...options, after: next as string })).toEqual({ settled: 0 });
    expect(seen).toEqual(['budget', 'second', 'third']);
    await sweepLedger(tenantId, options);
    expect(seen).toEqual(['budget', 'second', 'third', 'third']);
  });

  it('is asked for by whoever meets what a dead process left', async () => {
    const account = newAccount(10);
    await held(new Ledger({ store }), account, 10);
    const met: string[] = [];
    const now = later;
    const onAbandoned = async ({ id }: { readonly id: string }) => void met.push(id);
    expect(await held(new Ledger({ store, onAbandoned }), account, 1)).toBeUndefined();
    expect(met).toEqual([]);
    expect(await held(new Ledger({ store, onAbandoned, now }), account, 1)).toBeUndefined();
    expect(met).toEqual(['budget']);
  });
});

/** Storage that makes the nth change, but whose answer to that is lost. */
function losing(real: LedgerStore, nth: number): LedgerStore {
  let changes = 0;
  return Object.assign(Object.create(real) as LedgerStore, {
    ...bound(real),
    change: async (...parameters: Parameters<LedgerStore['change']>) => {
      changes += 1;
      const isLost = changes === nth;
      const answer = await real.change(...parameters);
      if (isLost) throw new Error('the answer was lost');
      return answer;
    },
  });
}

/** Storage that does not make the nth change. */
function refusing(real: LedgerStore, nth: number): LedgerStore {
  let changes = 0;
  return Object.assign(Object.create(real) as LedgerStore, {
    ...bound(real),
    change: async (...parameters: Parameters<LedgerStore['change']>) => {
      changes += 1;
      if (changes === nth) throw new Error('storage is down');
      return await real.change(...parameters);
    },
  });
}

function bound(real: LedgerStore) {
  return {
    note: real.note.bind(real),
    read: real.read.bind(real),
    readAll: real.readAll.bind(real),
    moveLimit: real.moveLimit.bind(real),
    split: real.split.bind(real),
  };
}
