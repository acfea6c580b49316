import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Budget,
  Budgets,
  type HoldReference,
  leaseSpending,
  sweepBudgets,
} from '../../../lib/policy/index.ts';
import { standingOf } from '../../../lib/policy/ledger/index.ts';
import { LedgerStore } from '../../../lib/storage/ledger-store.ts';
import { newRequestId } from '../../../lib/storage/request-id.ts';
import { RequestReader } from '../../../lib/storage/request-reader.ts';
import { RequestStore } from '../../../lib/storage/request-store.ts';
import { UsageClaimStore } from '../../../lib/storage/usage-claim-store.ts';
import { implicitTenant, TenantSettings } from '../../../lib/tenancy/index.ts';
import { mortalClient } from './support/mortal-client.ts';
import { pause, startLedger, type TestLedger } from './support/test-ledger.ts';

let ledger: TestLedger;

beforeAll(async () => {
  ledger = await startLedger();
  await ledger.db.createTable('Requests', 'partition', 'sort');
});

afterAll(() => ledger.db.stop());
afterEach(() => vi.restoreAllMocks());

const minuteMs = 60_000;

/** How a request ends whose process lives. */
const endings = [
  'answered',
  'upstream refused',
  'upstream failed, retried by its caller',
  'timed out',
  'left mid-stream',
  'in a dearer tier than was bound',
  'told twice',
  'frozen until it is taken for dead',
] as const;

const plannedRequest = fc.record({
  process: fc.nat({ max: 4 }),
  project: fc.nat({ max: 1 }),
  user: fc.nat({ max: 2 }),
  estimate: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000 })),
  /** What it comes to, in percent of the estimate. */
  percent: fc.nat({ max: 100 }),
  ending: fc.constantFrom('answered' as const, ...endings),
  delayMs: fc.nat({ max: 8 }),
});
type PlannedRequest = typeof plannedRequest extends fc.Arbitrary<infer Planned> ? Planned : never;

const plannedProcesses = fc.array(
  fc.record({
    /** Its clock. */
    skewMs: fc.integer({ min: -5 * minuteMs, max: 5 * minuteMs }),
    /** Commands to storage after which it is killed; the last one may still take effect. */
    dies: fc.option(fc.record({ after: fc.integer({ min: 1, max: 400 }), isLastDone: fc.boolean() }), {
      nil: undefined,
    }),
  }),
  { minLength: 5, maxLength: 5 },
);

const amounts = fc.record({
  tenant: fc.integer({ min: 1, max: 60_000 }),
  project: fc.integer({ min: 1, max: 40_000 }),
  user: fc.integer({ min: 1, max: 30_000 }),
});

const plan = fc.record({
  requests: fc.array(plannedRequest, { minLength: 200, maxLength: 200 }),
  processes: plannedProcesses,
  limits: amounts,
  /** Writes a second from which on an account is spread over more items: as it is, and so few that all are. */
  splitAt: fc.constantFrom(500, 1),
  /** What the limits are changed to meanwhile. */
  changed: fc.option(amounts, { nil: undefined }),
});

describe('whatever happens to requests', () => {
  it('LiteLLM 30460: no budget is exceeded, nothing leaks, and what is settled is what is recorded', async () => {
    await fc.assert(fc.asyncProperty(plan, checkPlan), {
      numRuns: Number(process.env.OPENCLAW_PROPERTY_RUNS ?? 6),
      // Smaller plans race less, and would seldom fail in the same way.
      endOnFailure: true,
    });
  }, 3_600_000);
});

type Plan = typeof plan extends fc.Arbitrary<infer Planned> ? Planned : never;
let tenants = 0;

async function checkPlan({ requests, processes, limits, splitAt, changed }: Plan): Promise<void> {
  tenants += 1;
  const tenantId = `whatever-${tenants}`;
  const time = putForward();
  const clientFor = () => ledger.db.database;
  const reader = new RequestReader('Requests', clientFor);
  let settings = settingsOf(tenantId, limits, 1);
  /** The highest that each budget ever allowed. What was held under it stays under way when it is lowered. */
  const most = { ...limits };
  /** By how much requests cost more than was held for them, in all. */
  let overrun = 0;
  const thaw = Promise.withResolvers<void>();
  const frozen: Promise<void>[] = [];

  const running = processes.map(({ skewMs, dies }) => {
    const client = dies ? mortalClient(ledger.db.database, dies.after, dies.isLastDone) : ledger.db.database;
    return {
      budgets: new Budgets({
        store: new LedgerStore('Ledger', () => client),
        emit: async () => undefined,
        now: () => Date.now() + skewMs,
        splitAtWritesPerSecond: splitAt,
      }),
      records: new RequestStore('Requests', () => client),
      now: () => Date.now() + skewMs,
    };
  });

  /** As the gateway does it: hold, record the intent, call, record the outcome, settle. */
  const request = async (planned: PlannedRequest): Promise<void> => {
    const { budgets, records, now } = running[planned.process] as (typeof running)[number];
    const { project, user, estimate, percent, ending, delayMs } = planned;
    const requestId = newRequestId(now());
    const held = await budgets.hold({
      settings,
      subject: { tenantId, projectId: `p${project}`, keyId: 'k', endUser: `u${user}`, model: 'm' },
      requestId,
      estimateMicroUsd: estimate,
      expiresAtMs: now() + 15 * minuteMs,
    });
    if (!held.held) return;
    await records.put(tenantId, requestId, 'intent', { holds: held.references });
    await pause(delayMs);
    const end = async (costMicroUsd: number | null) => {
      await records.put(tenantId, requestId, 'outcome', { costMicroUsd });
      await held.settle(costMicroUsd);
    };
    const part = Math.floor((estimate * percent) / 100);
    switch (ending) {
      case 'answered':
      case 'left mid-stream':
        return await end(part);
      case 'upstream refused':
        return await end(0);
      case 'upstream failed, retried by its caller':
        await end(0);
        return await request({ ...planned, ending: 'answered' });
      case 'timed out':
        return await end(null);
      case 'in a dearer tier than was bound':
        overrun += part;
        return await end(estimate + part);
      case 'told twice':
        await end(part);
        await Promise.all([held.settle(part + 1), held.release()]);
        return await end(part);
      case 'frozen until it is taken for dead':
        frozen.push(thaw.promise.then(() => end(part)).catch(() => undefined));
    }
  };

  const sweep = () =>
    sweepBudgets(tenantId, {
      ledger: new LedgerStore('Ledger', clientFor),
      spending: leaseSpending({
        reader,
        requests: new RequestStore('Requests', clientFor),
        claims: new UsageClaimStore('Ledger', clientFor),
      }),
      settings: async () => settings,
      emit: async () => undefined,
    });

  const change = async () => {
    await pause(20);
    if (!changed) return;
    settings = settingsOf(tenantId, changed, 2);
    for (const level of ['tenant', 'project', 'user'] as const) {
      most[level] = Math.max(most[level], changed[level]);
    }
  };

  let isOver = false;
  const watch = async () => {
    while (!isOver) {
      const items = await ledger.store.readAll(tenantId, tenantAccount(tenantId));
      const standing = standingOf(items);
      // Items that are read one after the other, while amounts move between them, may show one twice.
      if (standing && items.length === 1)
        expect(standing.settled + standing.held).toBeLessThanOrEqual(most.tenant + overrun);
      await pause(5);
    }
  };

  const watching = watch();
  await Promise.all([...requests.map((one) => request(one).catch(() => undefined)), change(), sweep()]);
  isOver = true;
  await watching;
  await Promise.all(running.map(({ budgets }) => budgets.flush().catch(() => undefined)));
  // By now every process is dead or frozen, and taken for dead, also by a clock that is behind.
  time.passes(60 * minuteMs);
  await Promise.all([sweep(), sweep()]);
  thaw.resolve();
  await Promise.all(frozen);
  await sweep();
  await expectExact(tenantId, reader, most, overrun);
}

/** Every account holds nothing, and has settled what the records of requests say. */
async function expectExact(
  tenantId: string,
  reader: RequestReader,
  most: Readonly<Record<string, number>>,
  overrun: number,
): Promise<void> {
  const range = { fromMs: Date.now() - 90 * minuteMs, toMs: Date.now() + 10 * minuteMs };
  const holds = new Map<string, readonly HoldReference[]>();
  const spent = new Map<string, number>();
  await reader.scan(tenantId, range, 'intent', ({ requestId, record }) => {
    holds.set(requestId, record.holds as readonly HoldReference[]);
  });
  const ended = new Set<string>();
  await reader.scan(tenantId, range, 'outcome', ({ requestId, record }) => {
    ended.add(requestId);
    for (const { account, amount } of holds.get(requestId) ?? []) {
      const cost = typeof record.costMicroUsd === 'number' ? record.costMicroUsd : amount;
      spent.set(account, (spent.get(account) ?? 0) + cost);
    }
  });
  expect([...holds.keys()].filter((requestId) => !ended.has(requestId))).toEqual([]);
  const { accounts } = await ledger.store.listNoted(tenantId, 100);
  for (const { account } of accounts) {
    const items = await ledger.store.readAll(tenantId, account);
    const standing = standingOf(items);
    const { limit = 0, available = 0, held = 0, settled = 0 } = standing ?? {};
    expect({ account, held, settled }).toEqual({ account, held: 0, settled: spent.get(account) ?? 0 });
    expect(available + settled).toBe(limit);
    const [, level = ''] = account.split('#');
    if (level !== 'model') expect(settled).toBeLessThanOrEqual((most[level] as number) + overrun);
  }
  expect([...spent.keys()].filter((account) => !accounts.some((noted) => noted.account === account))).toEqual(
    [],
  );
}

/** Hard budgets at three levels, and a soft one that counts beside them. Their ids are their levels. */
function settingsOf(tenantId: string, limits: Plan['limits'], version: number): TenantSettings {
  const budget = (level: Budget['level'], amountMicroUsd: number): Budget => ({
    id: level,
    level,
    subject: '*',
    amountMicroUsd,
    period: 'total',
    mode: level === 'model' ? 'soft' : 'hard',
    alertPercents: [50, 100],
    version,
  });
  const budgets = [
    budget('tenant', limits.tenant),
    budget('project', limits.project),
    budget('user', limits.user),
    budget('model', 100),
  ];
  return new TenantSettings(implicitTenant(tenantId), new Map([['budget', budgets]]));
}

function tenantAccount(tenantId: string): string {
  return `budget#tenant#${tenantId}#total`;
}

/** Everybody's clock, put forward. */
function putForward() {
  vi.restoreAllMocks();
  const real = Date.now;
  let aheadMs = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + aheadMs);
  return {
    passes: (ms: number) => {
      aheadMs += ms;
    },
  };
}
