import OpenAI, { type APIError } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Budget } from '../../lib/policy/index.ts';
import { budgetAccount, Ledger } from '../../lib/policy/index.ts';
import { DocumentStore } from '../../lib/storage/document-store.ts';
import { LedgerStore } from '../../lib/storage/ledger-store.ts';
import { settingSort } from '../../lib/tenancy/index.ts';
import { type FaultUpstream, startFaultUpstream } from '../support/fault-upstream/index.ts';
import { startTestRuntime, type TestRuntime } from './support/start-test-runtime.ts';

let upstream: FaultUpstream;
let platform: TestRuntime;
let documents: DocumentStore;
let ledger: Ledger;

beforeAll(async () => {
  upstream = await startFaultUpstream({ chunkDelayMs: 1, behaviours: { broken: '500' } });
  platform = await startTestRuntime({
    providers: { upstream: { kind: 'openai', baseUrl: upstream.url } },
    models: {
      chat: {
        targets: [
          {
            provider: 'upstream',
            model: 'real-chat',
            price: { inputPerMillionUsd: 10, outputPerMillionUsd: 20 },
            maxOutputTokens: 100,
          },
        ],
      },
      broken: {
        targets: [
          {
            provider: 'upstream',
            model: 'broken',
            price: { inputPerMillionUsd: 10, outputPerMillionUsd: 20 },
          },
        ],
      },
      unpriced: { targets: [{ provider: 'upstream', model: 'real-chat' }] },
    },
    retries: { maxAttempts: 1 },
  });
  documents = new DocumentStore(platform.tableName('TenancyTableName'), () => platform.database);
  ledger = new Ledger({
    store: new LedgerStore(platform.tableName('LedgerTableName'), () => platform.database),
  });
}, 120_000);

afterAll(async () => {
  await platform?.stop();
  await upstream?.stop();
});

beforeEach(() => upstream.reset());

let tenants = 0;

/** A tenant of its own with these budgets, and a client with a key of it. */
async function tenantWith(...budgets: Partial<Budget>[]) {
  tenants += 1;
  const tenantId = `tenant-${tenants}`;
  const made: Budget[] = [];
  for (const [index, budget] of budgets.entries()) {
    const whole: Budget = {
      id: `b${index}`,
      level: 'tenant',
      subject: '*',
      amountMicroUsd: 10_000,
      period: 'month',
      mode: 'hard',
      alertPercents: [50, 100],
      version: 1,
      ...budget,
    };
    made.push(whole);
    await documents.create(tenantId, 'settings', settingSort('budget', whole.id), whole);
  }
  const apiKey = await platform.createKey({
    tenantId,
    projectId: 'default',
    name: 'e2e',
    scopes: ['model:invoke'],
  });
  return {
    tenantId,
    budgets: made,
    client: new OpenAI({ baseURL: platform.baseURL, apiKey, maxRetries: 0 }),
  };
}

function ask(client: OpenAI, more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) {
  return client.chat.completions.create({
    model: 'chat',
    messages: [{ role: 'user', content: 'Say something.' }],
    max_tokens: 10,
    ...more,
  });
}

/** How an account stands once nothing is under way any more. */
async function settledAccount(tenantId: string, budget: Budget, subject = tenantId) {
  const account = budgetAccount(tenantId, budget, subject, Date.now());
  for (let tries = 0; tries < 200; tries += 1) {
    const standing = await ledger.standing(account);
    if (standing?.held === 0) return standing;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${account.id} is not settled`);
}

/** What the upstream's answer costs: 20 tokens in, 10 out. */
const cost = 20 * 10 + 10 * 20;

describe('a budget', () => {
  it('is never exceeded, however many ask at once, and what is settled is what was answered', async () => {
    const { tenantId, budgets, client } = await tenantWith({ amountMicroUsd: 10_000 });
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => ask(client)));
    const answered = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(answered).toBeGreaterThan(0);
    expect(answered * cost).toBeLessThanOrEqual(10_000);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      expect(outcome.reason).toMatchObject({ status: 429, code: 'insufficient_quota' });
    }
    const item = await settledAccount(tenantId, budgets[0] as Budget);
    expect(item).toMatchObject({ settled: answered * cost, available: 10_000 - answered * cost });
  });

  it('is refused for good when it is spent, and says so', async () => {
    const { client } = await tenantWith({ amountMicroUsd: 1_000 });
    const error = await ask(client, { max_tokens: 100 }).catch((thrown: APIError) => thrown);
    expect(error).toMatchObject({ status: 429, code: 'insufficient_quota', type: 'insufficient_quota' });
    expect((error as APIError).headers?.get('x-should-retry')).toBe('false');
    expect(upstream.requests).toHaveLength(0);
  });

  it('applies at every level at once, to each user its own', async () => {
    const { tenantId, budgets, client } = await tenantWith(
      { level: 'tenant', amountMicroUsd: 1_000_000 },
      { level: 'project', amountMicroUsd: 1_000_000 },
      { level: 'user', amountMicroUsd: 2_500 },
    );
    await ask(client, { user: 'ann' });
    await expect(ask(client, { user: 'ann' })).rejects.toMatchObject({ code: 'insufficient_quota' });
    await ask(client, { user: 'bob' });
    expect(await settledAccount(tenantId, budgets[0] as Budget)).toMatchObject({ settled: 2 * cost });
    expect(await settledAccount(tenantId, budgets[2] as Budget, 'ann')).toMatchObject({ settled: cost });
  });

  it('Envoy 2394: refuses a stream that may cost more than is left before it begins', async () => {
    const { client } = await tenantWith({ amountMicroUsd: 1_000 });
    const stream = client.chat.completions.create({
      model: 'chat',
      messages: [{ role: 'user', content: 'Say something.' }],
      max_tokens: 100,
      stream: true,
    });
    await expect(stream).rejects.toMatchObject({ status: 429, code: 'insufficient_quota' });
    expect(upstream.requests).toHaveLength(0);
  });

  it('bounds the output of a call whose caller set no limit', async () => {
    const { client } = await tenantWith({ amountMicroUsd: 1_000_000 });
    await client.chat.completions.create({ model: 'chat', messages: [{ role: 'user', content: 'Hi' }] });
    expect(upstream.requests[0]?.body).toMatchObject({ max_tokens: 100 });
  });

  it('LiteLLM 38111: gets back what a failed call held', async () => {
    const { tenantId, budgets, client } = await tenantWith({});
    await expect(ask(client, { model: 'broken' })).rejects.toMatchObject({ status: 502 });
    expect(await settledAccount(tenantId, budgets[0] as Budget)).toMatchObject({
      settled: 0,
      available: 10_000,
    });
  });

  it('refuses a model whose price is not known, unless it is a soft one', async () => {
    const hard = await tenantWith({ mode: 'hard' });
    await expect(ask(hard.client, { model: 'unpriced' })).rejects.toMatchObject({
      status: 403,
      code: 'price_unknown',
    });
    const soft = await tenantWith({ mode: 'soft' });
    await ask(soft.client, { model: 'unpriced' });
  });

  it('that is soft refuses nothing and tells the tenant, once', async () => {
    const { tenantId, budgets, client } = await tenantWith({ mode: 'soft', amountMicroUsd: cost });
    await Promise.all([ask(client), ask(client), ask(client)]);
    expect(await settledAccount(tenantId, budgets[0] as Budget)).toMatchObject({ settled: 3 * cost });
    await vi.waitFor(async () => {
      const { documents: events } = await documents.list<{ type: string }>(tenantId, 'events');
      expect(events.map(({ value }) => value.type).toSorted()).toEqual([
        'budget.exhausted',
        'budget.threshold_reached',
      ]);
    }, 5_000);
  });

  it('LiteLLM 23714, 30527, 40100: is settled for a stream that ends by itself as such, by what it used', async () => {
    const { tenantId, budgets, client } = await tenantWith({ amountMicroUsd: 100_000 });
    const { data: stream, response } = await client.chat.completions
      .create({
        model: 'chat',
        messages: [{ role: 'user', content: 'Say something.' }],
        max_tokens: 10,
        stream: true,
      })
      .withResponse();
    for await (const _chunk of stream);
    expect(await settledAccount(tenantId, budgets[0] as Budget)).toMatchObject({ settled: cost });
    const [, outcome] = await platform.records(response.headers.get('x-openclaw-request-id'), 2, tenantId);
    expect(outcome).toMatchObject({ status: 200, costMicroUsd: cost });
    expect(outcome).not.toHaveProperty('cutBy');
    expect(outcome).not.toHaveProperty('errorCode');
  });

  it('is settled for a stream that its caller leaves, by what was produced', async () => {
    const { tenantId, budgets, client } = await tenantWith({ amountMicroUsd: 100_000 });
    const stream = await client.chat.completions.create({
      model: 'chat',
      messages: [{ role: 'user', content: 'Say something.' }],
      max_tokens: 10,
      stream: true,
    });
    for await (const _chunk of stream) break;
    const item = await settledAccount(tenantId, budgets[0] as Budget);
    expect(item.settled).toBeGreaterThan(0);
    // The tokens were counted here, which comes to a little more than the upstream says.
    expect(item.settled).toBeLessThan(2 * cost);
  });
});
