import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CapMetric,
  leaseSpending,
  sweepLedger,
  type UsageCap,
  UsageCaps,
  UsageClaimTaken,
  UsageReservationLost,
} from '../../../lib/policy/index.ts';
import type { DynamoDb } from '../../../lib/storage/aws/dynamodb.ts';
import { LedgerStore } from '../../../lib/storage/ledger-store.ts';
import { RequestReader } from '../../../lib/storage/request-reader.ts';
import { RequestStore } from '../../../lib/storage/request-store.ts';
import { UsageClaimStore } from '../../../lib/storage/usage-claim-store.ts';
import { implicitTenant, TenantSettings } from '../../../lib/tenancy/index.ts';
import { mortalClient } from './support/mortal-client.ts';
import { startLedger, type TestLedger } from './support/test-ledger.ts';

let ledger: TestLedger;

beforeAll(async () => {
  ledger = await startLedger();
  await ledger.db.createTable('Requests', 'partition', 'sort');
});

afterAll(() => ledger.db.stop());

const anHourMs = 3_600_000;
let tenants = 0;

/** A tenant of its own, with a project `p`, whose caps, processes and clock the test decides. */
function newTenant(
  limits: Partial<Record<'tenant' | 'project', number>>,
  metric: CapMetric = 'stored_bytes',
) {
  tenants += 1;
  const tenantId = `capped-${tenants}`;
  const clock = { nowMs: Date.UTC(2026, 10, 20) };
  let settings = settingsOf(limits, 1);

  function settingsOf(wanted: typeof limits, version: number): TenantSettings {
    const caps = Object.entries(wanted).map(([level, limit]): UsageCap => {
      const isTenant = level === 'tenant';
      const place = isTenant
        ? { id: metric, level: 'tenant' as const, subject: tenantId }
        : { id: `${metric}.p`, level: 'project' as const, subject: 'p' };
      return { ...place, metric, limit, version };
    });
    return new TenantSettings(implicitTenant(tenantId), new Map([['usage-cap', caps]]));
  }

  const now = () => clock.nowMs;
  const clientFor = () => ledger.db.database;
  const claims = new UsageClaimStore('Ledger', clientFor, now);
  const newProcess = (client: DynamoDb = ledger.db.database) =>
    new UsageCaps({
      store: new LedgerStore('Ledger', () => client),
      claims: new UsageClaimStore('Ledger', () => client, now),
      now,
    });
  const ask = (id: string, amount: number, projectId = 'p') => ({
    settings,
    tenantId,
    projectId,
    metric,
    amount,
    id,
  });
  const standingOf = async (level: 'tenant' | 'project') => {
    const subject = level === 'tenant' ? tenantId : 'p';
    const { used, reserved } = await newProcess().standing({ tenantId, level, subject }, metric);
    return { used, reserved };
  };
  return {
    tenantId,
    clock,
    claims,
    newProcess,
    ask,
    standingOf,
    setCaps: (wanted: typeof limits, version: number) => {
      settings = settingsOf(wanted, version);
    },
    /** Asks, and commits what is granted. @returns whether it was */
    add: async (id: string, amount: number, caps = newProcess()) => {
      const outcome = await caps.reserve(ask(id, amount));
      if (outcome.granted) await outcome.commit();
      return outcome.granted;
    },
    sweep: (afterMs: number) =>
      sweepLedger(tenantId, {
        store: ledger.store,
        spending: leaseSpending({
          reader: new RequestReader('Requests', clientFor),
          requests: new RequestStore('Requests', clientFor),
          claims,
        }),
        now: () => clock.nowMs + afterMs,
      }),
  };
}

describe('a usage cap', () => {
  it('admits what fits, to the last unit, of many who ask at once in several processes', async () => {
    const { newProcess, add, standingOf } = newTenant({ tenant: 1_000 });
    const processes = [newProcess(), newProcess(), newProcess()];
    const granted = await Promise.all(
      Array.from({ length: 30 }, (_, index) => add(`thing-${index}`, 100, processes[index % 3])),
    );
    expect(granted.filter(Boolean)).toHaveLength(10);
    expect(await standingOf('tenant')).toEqual({ used: 1_000, reserved: 0 });
    expect(await standingOf('project')).toEqual({ used: 1_000, reserved: 0 });
  });

  it('of a project bounds that project, and leaves nothing with the tenant of what it refused', async () => {
    const { newProcess, ask, add, standingOf } = newTenant({ tenant: 1_000, project: 100 });
    expect(await add('a', 100)).toBe(true);
    const refused = await newProcess().reserve(ask('b', 1));
    expect(refused).toMatchObject({ granted: false, used: 100, reserved: 0, retryable: false });
    expect(!refused.granted && refused.cap.level).toBe('project');
    expect(await standingOf('tenant')).toEqual({ used: 100, reserved: 0 });
    const elsewhere = await newProcess().reserve(ask('c', 500, 'other'));
    expect(elsewhere.granted).toBe(true);
  });

  it('counts what is there before anybody sets it', async () => {
    const { add, setCaps, newProcess, ask } = newTenant({});
    expect(await add('old', 400)).toBe(true);
    setCaps({ tenant: 500 }, 1);
    expect(await add('new', 100)).toBe(true);
    expect(await newProcess().reserve(ask('more', 1))).toMatchObject({ granted: false, used: 500 });
  });

  it('works with its new limit at once when it is changed, also under what is used', async () => {
    const { add, setCaps, standingOf } = newTenant({ tenant: 500 });
    expect(await add('a', 500)).toBe(true);
    setCaps({ tenant: 100 }, 2);
    expect(await add('b', 1)).toBe(false);
    setCaps({ tenant: 600 }, 3);
    expect(await add('c', 100)).toBe(true);
    expect(await standingOf('tenant')).toEqual({ used: 600, reserved: 0 });
    setCaps({}, 4);
    expect(await add('d', 1_000)).toBe(true);
    setCaps({ tenant: 600 }, 5);
    expect(await add('e', 1)).toBe(false);
  });

  it('tells what is only reserved from what is used', async () => {
    const { newProcess, ask } = newTenant({ tenant: 100 });
    const first = await newProcess().reserve(ask('a', 80));
    expect(await newProcess().reserve(ask('b', 30))).toMatchObject({
      granted: false,
      used: 0,
      reserved: 80,
      retryable: true,
    });
    if (first.granted) await first.release();
    expect((await newProcess().reserve(ask('b2', 100))).granted).toBe(true);
  });

  it('counts what a thing came to, where that is less than was asked', async () => {
    const { newProcess, ask, standingOf } = newTenant({ tenant: 100 });
    const outcome = await newProcess().reserve(ask('a', 80));
    if (!outcome.granted) throw new Error('refused');
    await expect(outcome.commit(81)).rejects.toThrow(RangeError);
    await outcome.commit(30);
    expect(await standingOf('tenant')).toEqual({ used: 30, reserved: 0 });
  });

  it('counts in a month what is done in that month, and hours in seconds', async () => {
    const { add, clock } = newTenant({ tenant: 2 }, 'tuning_hours');
    expect(await add('run-1', 7_200)).toBe(true);
    expect(await add('run-2', 1)).toBe(false);
    clock.nowMs = Date.UTC(2026, 11, 1);
    expect(await add('run-3', 7_200)).toBe(true);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s as an amount', async (amount) => {
    const { newProcess, ask } = newTenant({ tenant: 100 });
    await expect(newProcess().reserve(ask('a', amount))).rejects.toThrow(RangeError);
  });
});

describe('a thing that counts', () => {
  it('counts once, whoever else comes with its id', async () => {
    const { newProcess, ask, add, standingOf } = newTenant({ tenant: 1_000 });
    expect(await add('same', 10)).toBe(true);
    await expect(newProcess().reserve(ask('same', 10))).rejects.toThrow(UsageClaimTaken);
    expect(await standingOf('tenant')).toEqual({ used: 10, reserved: 0 });
  });

  it('is taken out once, however often and by however many', async () => {
    const { tenantId, newProcess, add, standingOf } = newTenant({ tenant: 1_000 });
    await add('a', 300);
    await add('b', 200);
    await Promise.allSettled(Array.from({ length: 8 }, () => newProcess().remove(tenantId, 'a')));
    await newProcess().remove(tenantId, 'a');
    expect(await standingOf('tenant')).toEqual({ used: 200, reserved: 0 });
    expect(await standingOf('project')).toEqual({ used: 200, reserved: 0 });
  });

  it('never counts where it is removed before it is there', async () => {
    const { tenantId, newProcess, ask, standingOf } = newTenant({ tenant: 1_000 });
    const outcome = await newProcess().reserve(ask('a', 300));
    await newProcess().remove(tenantId, 'a');
    if (!outcome.granted) throw new Error('refused');
    await expect(outcome.commit()).rejects.toThrow(UsageReservationLost);
    expect(await standingOf('tenant')).toEqual({ used: 0, reserved: 0 });
  });

  it('is given back by a sweep where its maker died, who can not commit it any more', async () => {
    const { newProcess, ask, sweep, standingOf } = newTenant({ tenant: 1_000 });
    const outcome = await newProcess().reserve(ask('a', 300));
    expect(await sweep(10 * 60_000)).toEqual({ settled: 0 });
    expect(await standingOf('tenant')).toEqual({ used: 0, reserved: 300 });
    expect(await sweep(anHourMs)).toEqual({ settled: 2 });
    expect(await standingOf('tenant')).toEqual({ used: 0, reserved: 0 });
    if (!outcome.granted) throw new Error('refused');
    await expect(outcome.commit()).rejects.toThrow(UsageReservationLost);
    expect(await standingOf('tenant')).toEqual({ used: 0, reserved: 0 });
  });

  it('of another tenant is not touched by who names its id', async () => {
    const one = newTenant({ tenant: 100 });
    const other = newTenant({ tenant: 100 });
    await one.add('thing', 50);
    await other.newProcess().remove(other.tenantId, 'thing');
    expect(await one.standingOf('tenant')).toEqual({ used: 50, reserved: 0 });
    expect(await other.standingOf('tenant')).toEqual({ used: 0, reserved: 0 });
  });
});

const lives = fc.array(
  fc.record({
    thing: fc.nat({ max: 5 }),
    act: fc.constantFrom('add', 'add', 'add and release', 'remove'),
    amount: fc.integer({ min: 0, max: 60 }),
    /** After how many commands the process dies: far more than there are, mostly. */
    diesAfter: fc.oneof(fc.constant(1_000), fc.integer({ min: 1, max: 12 })),
    isLastDone: fc.boolean(),
    /** Whether it waits for those before. */
    isAlone: fc.boolean(),
  }),
  { minLength: 1, maxLength: 14 },
);

describe('usage, whatever dies half-way', () => {
  it('is never more than its cap, and in the end the sum of what is there', async () => {
    await fc.assert(
      fc.asyncProperty(lives, async (plan) => {
        const tenant = newTenant({ tenant: 100, project: 80 });
        const { tenantId, claims, newProcess, ask, standingOf } = tenant;
        const within = async () => {
          const [ofTenant, ofProject] = [await standingOf('tenant'), await standingOf('project')];
          expect(ofTenant.used + ofTenant.reserved).toBeLessThanOrEqual(100);
          expect(ofProject.used + ofProject.reserved).toBeLessThanOrEqual(80);
        };
        const ids: string[] = [];
        const running: Promise<unknown>[] = [];
        for (const [step, { thing, act, amount, diesAfter, isLastDone, isAlone }] of plan.entries()) {
          const caps = newProcess(mortalClient(ledger.db.database, diesAfter, isLastDone));
          // Ids are never used twice; those who race for one come with the same.
          const id = `thing-${thing}-${act === 'remove' ? step % 2 : step % 3}`;
          ids.push(id);
          const live = async () => {
            if (act === 'remove') return await caps.remove(tenantId, id);
            const outcome = await caps.reserve(ask(id, amount));
            if (!outcome.granted) return;
            await (act === 'add' ? outcome.commit() : outcome.release());
          };
          running.push(live().catch(() => undefined));
          if (isAlone) {
            await Promise.all(running);
            await within();
          }
        }
        await Promise.all(running);
        await within();
        await Promise.all([tenant.sweep(anHourMs), tenant.sweep(anHourMs)]);
        await tenant.sweep(anHourMs);
        let there = 0;
        for (const id of new Set(ids)) {
          const claim = await claims.read(tenantId, id);
          // What somebody was about to take out, and did not, still counts.
          if (claim?.state === 'kept' || claim?.state === 'leaving') there += claim.amount;
        }
        expect(await standingOf('tenant')).toEqual({ used: there, reserved: 0 });
        expect(await standingOf('project')).toEqual({ used: there, reserved: 0 });
        const last = newProcess();
        for (const id of new Set(ids)) await last.remove(tenantId, id);
        expect(await standingOf('tenant')).toEqual({ used: 0, reserved: 0 });
      }),
      { numRuns: Number(process.env.OPENCLAW_PROPERTY_RUNS ?? 60) },
    );
  }, 600_000);
});
