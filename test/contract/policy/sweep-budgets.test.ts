import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Budget,
  type BudgetEvent,
  Budgets,
  budgetAccount,
  Ledger,
  leaseSpending,
  sweepBudgets,
} from '../../../lib/policy/index.ts';
import { LedgerStore } from '../../../lib/storage/ledger-store.ts';
import { newRequestId } from '../../../lib/storage/request-id.ts';
import { RequestReader } from '../../../lib/storage/request-reader.ts';
import { RequestStore } from '../../../lib/storage/request-store.ts';
import { UsageClaimStore } from '../../../lib/storage/usage-claim-store.ts';
import { implicitTenant, TenantSettings } from '../../../lib/tenancy/index.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';

let db: TestDynamoDb;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  db = await startDynamoDb();
  await db.createTable('Ledger', 'partition', 'sort');
  await db.createTable('Requests', 'partition', 'sort');
});

afterAll(() => db.stop());

const budget: Budget = {
  id: 'b1',
  level: 'tenant',
  subject: '*',
  amountMicroUsd: 1_000,
  period: 'total',
  mode: 'hard',
  alertPercents: [50],
  version: 1,
};

function platform(tenantId: string) {
  const settings = new TenantSettings(implicitTenant(tenantId), new Map([['budget', [budget]]]));
  // What is told again has the same id.
  const events = new Map<string, BudgetEvent>();
  const ledger = new LedgerStore('Ledger', () => db.database);
  const requests = new RequestStore('Requests', () => db.database);
  const reader = new RequestReader('Requests', () => db.database);
  const emit = async (event: BudgetEvent) => void events.set(event.id, event);
  const newProcess = () => new Budgets({ store: ledger, emit });
  return {
    events,
    requests,
    reader,
    account: () =>
      new Ledger({ store: ledger }).standing(budgetAccount(tenantId, budget, tenantId, Date.now())),
    /** A request of a process of its own, which is gone as soon as it holds what it asks for. */
    hold: async (estimateMicroUsd: number) => {
      const requestId = newRequestId();
      const held = await newProcess().hold({
        settings,
        subject: { tenantId, projectId: 'p', keyId: 'k', model: 'm' },
        requestId,
        estimateMicroUsd,
        expiresAtMs: Date.now() + 60_000,
      });
      if (!held.held) throw new Error('refused');
      return { requestId, held };
    },
    sweep: (afterMs: number) =>
      sweepBudgets(tenantId, {
        ledger,
        spending: leaseSpending({
          reader,
          requests,
          claims: new UsageClaimStore('Ledger', () => db.database),
        }),
        settings: async () => settings,
        emit,
        now: () => Date.now() + afterMs,
      }),
  };
}

const anHourMs = 3_600_000;

describe('a budget of a month', () => {
  it('LiteLLM 40020: begins anew with the month, also in a process that goes on', async () => {
    const monthly: Budget = { ...budget, period: 'month' };
    const settings = new TenantSettings(implicitTenant('monthly'), new Map([['budget', [monthly]]]));
    let nowMs = Date.UTC(2026, 10, 30, 23, 59);
    const budgets = new Budgets({
      store: new LedgerStore('Ledger', () => db.database),
      emit: async () => undefined,
      now: () => nowMs,
    });
    const hold = () =>
      budgets.hold({
        settings,
        subject: { tenantId: 'monthly', projectId: 'p', keyId: 'k', model: 'm' },
        requestId: newRequestId(),
        estimateMicroUsd: 1_000,
        expiresAtMs: nowMs + 60_000,
      });
    const first = await hold();
    if (first.held) await first.settle(1_000);
    expect([first.held, (await hold()).held]).toEqual([true, false]);
    nowMs = Date.UTC(2026, 11, 1);
    expect([(await hold()).held, (await hold()).held]).toEqual([true, false]);
  });
});

describe('a sweep of budgets', () => {
  it('leaves alone what may still be under way', async () => {
    const { hold, sweep, account } = platform('young');
    await hold(300);
    expect(await sweep(10 * 60_000)).toEqual({ settled: 0 });
    expect(await account()).toMatchObject({ available: 700, settled: 0 });
  });

  it('frees what never came to an intent', async () => {
    const { hold, sweep, account } = platform('never');
    await hold(300);
    expect(await sweep(anHourMs)).toEqual({ settled: 1 });
    expect(await account()).toMatchObject({ available: 1_000, settled: 0 });
  });

  it('settles what was recorded by what was recorded', async () => {
    const { hold, sweep, account, requests } = platform('recorded');
    const { requestId, held } = await hold(300);
    await requests.put('recorded', requestId, 'intent', { holds: held.references });
    await requests.put('recorded', requestId, 'outcome', { costMicroUsd: 120 });
    await sweep(anHourMs);
    expect(await account()).toMatchObject({ available: 880, settled: 120 });
  });

  it('counts all that was held for a request without an outcome, and records it so, once', async () => {
    const { hold, sweep, account, requests, reader, events } = platform('lost');
    const { requestId, held } = await hold(600);
    await requests.put('lost', requestId, 'intent', { alias: 'm', holds: held.references });
    expect(await Promise.all([sweep(anHourMs), sweep(anHourMs)])).toContainEqual({ settled: 1 });
    expect(await sweep(anHourMs)).toEqual({ settled: 0 });
    expect(await account()).toMatchObject({ available: 400, settled: 600 });
    const records = await reader.find('lost', requestId);
    expect(records.map(({ record }) => record)).toEqual([
      expect.objectContaining({ alias: 'm' }),
      expect.objectContaining({ alias: 'm', errorCode: 'lost', costMicroUsd: 600, costIsBound: true }),
    ]);
    expect([...events.values()].map(({ type }) => type)).toEqual(['budget.threshold_reached']);
    // Should the process live after all, it settles nothing any more.
    await held.settle(10);
    expect(await account()).toMatchObject({ available: 400, settled: 600 });
  });
});
