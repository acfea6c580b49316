import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role, Scope } from '../../lib/tenancy/index.ts';
import { type FaultUpstream, startFaultUpstream } from '../support/fault-upstream/index.ts';
import { startTestRuntime, type TestRuntime } from './support/start-test-runtime.ts';

const messages = [{ role: 'user' as const, content: 'hello' }];

let upstream: FaultUpstream;
let platform: TestRuntime;
let client: OpenAI;
let admin: OpenAI;

beforeAll(async () => {
  upstream = await startFaultUpstream({ chunkDelayMs: 1 });
  platform = await startTestRuntime({
    // So that a setting works at once in each process of the function.
    apiKeyCacheMs: 0,
    providers: { upstream: { kind: 'openai', baseUrl: upstream.url } },
    models: {
      chat: {
        targets: [
          {
            provider: 'upstream',
            model: 'real-chat',
            price: { inputPerMillionUsd: 10, outputPerMillionUsd: 20 },
          },
        ],
      },
    },
  });
  const clientOf = async (role: Role, scope: Scope) => {
    const key = { tenantId: 'acme', projectId: 'default', name: role, role, scopes: [scope] };
    const apiKey = await platform.createKey(key);
    return new OpenAI({ baseURL: platform.baseURL, apiKey, adminAPIKey: apiKey, maxRetries: 0 });
  };
  client = await clientOf('member', 'model:invoke');
  admin = await clientOf('tenant-admin', 'admin');
}, 120_000);

afterAll(async () => {
  await platform?.stop();
  await upstream?.stop();
});

beforeEach(() => upstream.reset());

const ask = (body: object = {}, headers: Record<string, string> = {}) =>
  client.chat.completions.create({ model: 'chat', messages, ...body }, { headers });

async function streamed(headers: Record<string, string>) {
  const { data, response } = await client.chat.completions
    .create({ model: 'chat', messages, stream: true }, { headers })
    .withResponse();
  const chunks: unknown[] = [];
  for await (const chunk of data) chunks.push(chunk);
  return { chunks, response };
}

describe('an idempotency key', () => {
  it('has the model called once for fifty requests at the same time, and once more for none', async () => {
    const headers = { 'idempotency-key': 'fifty' };
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => ask({}, headers)));
    const answered = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(upstream.requests).toHaveLength(1);
    expect(answered.length).toBeGreaterThan(0);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 409 });
    }
    expect(await ask({}, headers)).toEqual(answered[0]);
    expect(upstream.requests).toHaveLength(1);
  });

  it("is waited for by OpenAI's own retries", async () => {
    const headers = { 'idempotency-key': 'waited' };
    const patient = client.withOptions({ maxRetries: 3 });
    const create = () => patient.chat.completions.create({ model: 'chat', messages }, { headers });
    const [first, second] = await Promise.all([create(), create()]);
    expect(second).toEqual(first);
    expect(upstream.requests).toHaveLength(1);
  });

  it('replays a stream to the official client', async () => {
    const headers = { 'idempotency-key': 'stream' };
    const first = await streamed(headers);
    const second = await streamed(headers);
    expect(second.chunks).toEqual(first.chunks);
    expect(second.response.headers.get('x-openclaw-idempotent-replay')).toBe('true');
    expect(upstream.requests).toHaveLength(1);
  });
});

describe('the response cache', () => {
  it('is set for a project, answers from the table, costs nothing and counts as usage', async () => {
    const body = { temperature: 0.25 };
    await admin.post('/openclaw/projects/default', { body: { response_cache: { ttl_seconds: 60 } } });
    const replies = [];
    for (let index = 0; index < 3; index += 1) replies.push(await ask(body).withResponse());
    expect(replies.map(({ response }) => response.headers.get('x-openclaw-cache'))).toEqual([
      'miss',
      'hit',
      'hit',
    ]);
    expect(replies[2]?.data).toEqual(replies[0]?.data);
    expect(upstream.requests).toHaveLength(1);
    const id = replies[2]?.response.headers.get('x-openclaw-request-id');
    expect(await admin.get(`/openclaw/requests/${id}`)).toMatchObject({
      state: 'completed',
      cache: 'hit',
      cost_micro_usd: 0,
      usage: { input_tokens: replies[0]?.data.usage?.prompt_tokens },
    });
  });
});

describe('usage', () => {
  it('is what the answers said', async () => {
    const before = await total();
    const answers = await Promise.all(Array.from({ length: 5 }, (_, seed) => ask({ seed })));
    const used = answers.reduce((sum, { usage }) => sum + (usage?.prompt_tokens ?? 0), 0);
    await expect.poll(async () => (await total()).requests - before.requests).toBe(5);
    const after = await total();
    expect(after.inputTokens - before.inputTokens).toBe(used);
    expect(after.cost).toBeGreaterThan(before.cost);
  });

  async function total() {
    const query = { start_time: Math.floor(Date.now() / 86_400_000) * 86_400 - 86_400 };
    const { usage } = admin.admin.organization;
    const [tokens, costs] = await Promise.all([usage.completions(query), usage.costs(query)]);
    const sums = { requests: 0, inputTokens: 0, cost: 0 };
    for (const result of tokens.data.flatMap(({ results }) => results)) {
      if (result.object !== 'organization.usage.completions.result') continue;
      sums.requests += result.num_model_requests;
      sums.inputTokens += result.input_tokens;
    }
    for (const result of costs.data.flatMap(({ results }) => results)) {
      if (result.object === 'organization.costs.result') sums.cost += result.amount?.value ?? 0;
    }
    return sums;
  }
});
