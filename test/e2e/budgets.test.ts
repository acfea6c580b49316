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
  documents = new DocumentStore(platform.tableName('TenancyTableName'), platform.clientFor);
  ledger = new Ledger({
    store: new LedgerStore(platform.tableName('LedgerTableName'), platform.clientFor),
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

describe('budgets over the API', () => {
  // biome-ignore lint/suspicious/noExplicitAny: what the API answered, looked at by the expectations
  type Answer = Record<string, any>;

  /** A tenant with an administrator, who calls the API, and a client. */
  async function administered() {
    const { tenantId, client } = await tenantWith();
    const apiKey = await platform.createKey({
      tenantId,
      projectId: 'default',
      name: 'administrator',
      role: 'tenant-admin',
      scopes: ['admin'],
    });
    const call = async (method: string, path: string, body?: object | string) => {
      const response = await fetch(`${platform.baseURL}${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Answer };
    };
    return { tenantId, client, call, adminKey: apiKey };
  }

  it('are made, shown with how they stand, changed, listed and removed', async () => {
    const { tenantId, client, call } = await administered();
    const made = await call('POST', '/openclaw/budgets', {
      name: 'All of it',
      level: 'tenant',
      amount_microusd: 10_000,
      period: 'month',
    });
    expect(made).toMatchObject({
      status: 200,
      body: {
        object: 'budget',
        name: 'All of it',
        subject: '*',
        mode: 'hard',
        alert_percents: [50, 80, 100],
        version: 1,
      },
    });
    const path = `/openclaw/budgets/${made.body.id}`;
    await ask(client);
    const standing = async () => (await call('GET', path)).body.standing;
    await expect.poll(standing).toEqual({
      subject: tenantId,
      period: expect.stringMatching(/^month-\d{4}-\d\d$/),
      resets_at_ms: expect.any(Number),
      spent_microusd: cost,
      held_microusd: 0,
      remaining_microusd: 10_000 - cost,
    });
    const lowered = await call('POST', path, { amount_microusd: cost, name: null });
    expect(lowered.body).toMatchObject({ name: null, amount_microusd: cost, version: 2 });
    await expect(ask(client)).rejects.toMatchObject({ status: 429, code: 'insufficient_quota' });
    await call('POST', path, { amount_microusd: 20_000 });
    await ask(client);
    await expect.poll(standing).toMatchObject({ spent_microusd: 2 * cost });
    const { data } = (await call('GET', '/openclaw/budgets')).body;
    expect(data).toHaveLength(1);
    expect((await call('DELETE', path)).body).toEqual({ id: made.body.id, object: 'budget', deleted: true });
    expect([(await call('GET', path)).status, (await call('DELETE', path)).status]).toEqual([404, 404]);
  });

  it.each([
    [{ amount_microusd: -1 }, 'amount_microusd'],
    [{ amount_microusd: 0 }, 'amount_microusd'],
    [{ amount_microusd: 0.5 }, 'amount_microusd'],
    [{ amount_microusd: 1e16 }, 'amount_microusd'],
    [{ amount_microusd: 1e300 }, 'amount_microusd'],
    // What JSON makes of NaN.
    [{ amount_microusd: Number.NaN }, 'amount_microusd'],
    [{ amount_microusd: '10' }, 'amount_microusd'],
    [{ amount_microusd: undefined }, 'amount_microusd'],
    [{ currency: 'eur' }, 'currency'],
    [{ period: 'decade' }, 'period'],
    [{ mode: 'lenient' }, 'mode'],
    [{ alert_percents: [0] }, 'alert_percents[0]'],
    [{ level: 'galaxy' }, 'level'],
    [{ level: 'model', subject: 'no-such-model' }, 'subject'],
    [{ level: 'project', subject: 'no-such-project' }, 'subject'],
    [{ level: 'key', subject: 'no-such-key' }, 'subject'],
    [{ level: 'tenant', subject: 'another' }, 'subject'],
    [{ amount: 5 }, null],
  ])('are not made of %j', async (part, param) => {
    const { call } = await administered();
    const whole = { level: 'tenant', amount_microusd: 10, period: 'month', ...part };
    const answer = await call('POST', '/openclaw/budgets', whole);
    expect(answer.status).toBe(400);
    if (param) expect(answer.body.error.param).toBe(param);
    expect((await call('GET', '/openclaw/budgets')).body.data).toEqual([]);
  });

  it.each(['{"amount_microusd":1e999}', '{"amount_microusd":NaN}', '[]', ''])(
    'are not made of the body %s',
    async (body) => {
      const { call } = await administered();
      expect((await call('POST', '/openclaw/budgets', body)).status).toBe(400);
    },
  );

  it("are OpenAI's spend limits of the organization and of projects, too, with its client", async () => {
    const { client, adminKey } = await administered();
    const { organization } = new OpenAI({
      baseURL: platform.baseURL,
      apiKey: null,
      adminAPIKey: adminKey,
      maxRetries: 0,
    }).admin;
    type Limit = Parameters<typeof organization.spendLimit.update>[0];
    const limit = { currency: 'USD', interval: 'month', threshold_amount: 1 } as const;
    const { spendLimit } = organization.projects;
    const places = [
      {
        object: 'organization.spend_limit',
        retrieve: () => organization.spendLimit.retrieve(),
        update: (wanted: Limit) => organization.spendLimit.update(wanted),
        remove: () => organization.spendLimit.delete(),
      },
      {
        object: 'project.spend_limit',
        retrieve: () => spendLimit.retrieve('default'),
        update: (wanted: Limit) => spendLimit.update('default', wanted),
        remove: () => spendLimit.delete('default'),
      },
    ];
    for (const { object, retrieve, update, remove } of places) {
      await expect(retrieve()).rejects.toMatchObject({ status: 404 });
      expect(await update(limit)).toEqual({ object, ...limit, enforcement: { status: 'enforcing' } });
      // One cent is 10,000 micro-dollars.
      await expect(ask(client, { max_tokens: 1_000 })).rejects.toMatchObject({ code: 'insufficient_quota' });
      await update({ ...limit, threshold_amount: 500 });
      await ask(client, { max_tokens: 1_000 });
      expect(await retrieve()).toMatchObject({ threshold_amount: 500 });
      expect(await remove()).toMatchObject({ object: `${object}.deleted`, deleted: true });
      await expect(retrieve()).rejects.toMatchObject({ status: 404 });
      await expect(update({ ...limit, threshold_amount: 0.5 })).rejects.toMatchObject({ status: 400 });
      await expect(update({ ...limit, currency: 'EUR' as 'USD' })).rejects.toMatchObject({ status: 400 });
    }
    await expect(spendLimit.update('none', limit)).rejects.toMatchObject({ status: 404 });
  });
});
