import { describe, expect, it, vi } from 'vitest';
import { modelVersions } from '../../../lib/gateway/response-cache/model-versions.ts';
import { RecentAnswers } from '../../../lib/gateway/response-cache/recent-answers.ts';
import { ResponseCache } from '../../../lib/gateway/response-cache/response-cache.ts';
import type { FinishReason } from '../../../lib/plugin/index.ts';
import { UpstreamError } from '../../../lib/plugin/index.ts';
import type { GuardrailSetting } from '../../../lib/policy/index.ts';
import type { CachedAnswer } from '../../../lib/storage/cached-reply-store.ts';
import { implicitProject, implicitTenant, TenantSettings } from '../../../lib/tenancy/index.ts';
import { attempts, target, testGateway, textEvent, usage, usageEvent } from './support/test-gateway.ts';

const path = '/v1/chat/completions';
const request = { model: 'chat', messages: [{ role: 'user', content: 'hello' }] };

/** Cached answers in memory, as the table has them. */
function memoryCache() {
  const answers = new Map<string, { answer: CachedAnswer; expiresAtMs: number }>();
  return {
    answers,
    get: async (tenantId: string, key: string, nowMs: number) => {
      const found = answers.get(`${tenantId} ${key}`);
      return found && found.expiresAtMs > nowMs ? found.answer : undefined;
    },
    put: async (tenantId: string, key: string, answer: CachedAnswer, expiresAtMs: number) => {
      answers.set(`${tenantId} ${key}`, { answer, expiresAtMs });
    },
  };
}

interface Answer {
  readonly finishReasons?: readonly FinishReason[];
  readonly message?: object;
  readonly status?: number;
}

/** A model whose answers differ, so that a cached one can be told from a new one. */
function countingModel({ finishReasons = ['stop'], message = { content: 'hi' } }: Answer = {}) {
  let calls = 0;
  return vi.fn(async ({ stream }: { stream: boolean }) => {
    calls += 1;
    const id = `chatcmpl-${calls}`;
    const made = { target, attempts, firstTokenMs: 5 };
    if (!stream) {
      const bytes = Buffer.from(JSON.stringify({ id, choices: [{ index: 0, message }] }));
      return { ...made, answer: { kind: 'json' as const, bytes, usage, finishReasons, text: () => 'hi' } };
    }
    const events = async function* () {
      yield textEvent(id);
      const [finishReason] = finishReasons;
      yield textEvent('', finishReason ? { finishReason } : {});
      yield usageEvent;
    };
    return { ...made, answer: { kind: 'stream' as const, events: events() } };
  });
}

interface Options {
  readonly route?: ReturnType<typeof countingModel>;
  readonly store?: ReturnType<typeof memoryCache>;
  /** @default 60 */
  readonly ttlSeconds?: number | undefined;
  readonly now?: () => number;
  readonly requestsPerMinute?: number;
  readonly modelVersion?: string;
  readonly settings?: () => TenantSettings;
}

interface Asked {
  readonly tenantId?: string;
  readonly projectId?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A gateway with a cache, for a caller of any tenant and project. */
function cachingGateway(options: Options = {}) {
  const { route = countingModel(), store = memoryCache(), now = Date.now } = options;
  const ttlSeconds = 'ttlSeconds' in options ? options.ttlSeconds : 60;
  const gateway = testGateway({
    route,
    ...(options.requestsPerMinute === undefined ? {} : { requestsPerMinute: options.requestsPerMinute }),
    services: {
      authenticator: {
        noteUse: () => undefined,
        authenticate: async (presented: string) => {
          const [tenantId = '', projectId = ''] = presented.split('.');
          const principal = {
            kind: 'api-key',
            keyId: `key-of-${tenantId}`,
            tenantId,
            homeTenantId: tenantId,
            projectId,
            role: 'member',
            permissions: new Set(['model:invoke']),
          };
          return { accepted: true, principal };
        },
      } as never,
      settings: {
        settings: async (tenantId: string) =>
          options.settings?.() ?? new TenantSettings(implicitTenant(tenantId)),
        project: async (_tenantId: string, projectId: string) => ({
          ...implicitProject(projectId),
          ...(ttlSeconds === undefined ? {} : { responseCache: { ttlSeconds } }),
        }),
      },
      responseCache: new ResponseCache({ store, modelVersion: () => options.modelVersion ?? '1', now }),
    },
  });
  return {
    ...gateway,
    route,
    store,
    ask: async ({ tenantId = 'acme', projectId = 'search', body = request, headers = {} }: Asked = {}) => {
      const authorization = `Bearer ${tenantId}.${projectId}`;
      const reply = await gateway.call(path, { body, headers: { authorization, ...headers } });
      const text = await reply.text();
      await gateway.settled();
      return {
        status: reply.status,
        headers: reply.headers,
        text,
        cache: reply.headers.get('x-openclaw-cache'),
      };
    },
  };
}

describe('the response cache', () => {
  it('gives the same answer again: at no cost, with an id of its own, as a request and as usage', async () => {
    const gateway = cachingGateway();
    const first = await gateway.ask();
    const second = await gateway.ask();
    expect(gateway.route).toHaveBeenCalledTimes(1);
    expect([first.cache, second.cache]).toEqual(['miss', 'hit']);
    expect(second.text).toBe(first.text);
    expect(Object.fromEntries(second.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-openclaw-cost-microusd': '0',
      'x-openclaw-attempts': '0',
      'x-openclaw-model': 'real-model',
      'x-openclaw-provider': 'upstream',
      'x-ratelimit-remaining-requests': '98',
      age: '0',
    });
    expect(second.headers.get('x-openclaw-request-id')).not.toBe(first.headers.get('x-openclaw-request-id'));
    expect(gateway.records.map(({ phase }) => phase)).toEqual(['intent', 'outcome', 'outcome']);
    expect(gateway.records[2]?.record).toMatchObject({
      requestId: second.headers.get('x-openclaw-request-id'),
      projectId: 'search',
      alias: 'chat',
      operation: 'chat',
      cache: 'hit',
      provider: 'upstream',
      model: 'real-model',
      attempts: [],
      usage,
      costMicroUsd: 0,
    });
  });

  it('takes no tokens of the rate limit', async () => {
    const gateway = cachingGateway();
    const remaining = async () => Number((await gateway.ask()).headers.get('x-ratelimit-remaining-tokens'));
    await remaining();
    expect(await remaining()).toBe(await remaining());
  });

  it('counts hits as requests: 429 where none are left', async () => {
    const gateway = cachingGateway({ requestsPerMinute: 2 });
    expect([
      (await gateway.ask()).status,
      (await gateway.ask()).status,
      (await gateway.ask()).status,
    ]).toEqual([200, 200, 429]);
  });

  it('takes no place among concurrent requests beyond its answer', async () => {
    const one = { id: 'l', level: 'project', subject: '*', concurrentRequests: 1, version: 1 };
    const settings = new TenantSettings(implicitTenant('acme'), new Map([['limit', [one]]]));
    const gateway = cachingGateway({ settings: () => settings });
    for (const cache of ['miss', 'hit', 'hit', 'hit']) {
      expect(await gateway.ask()).toMatchObject({ status: 200, cache });
    }
  });

  it('is off where the project has none', async () => {
    const gateway = cachingGateway({ ttlSeconds: undefined });
    expect([(await gateway.ask()).cache, (await gateway.ask()).cache]).toEqual(['none', 'none']);
    expect(gateway.route).toHaveBeenCalledTimes(2);
    expect(gateway.store.answers.size).toBe(0);
  });

  it('LiteLLM 29955: a cache entry is never served to another tenant, nor to another project', async () => {
    const gateway = cachingGateway();
    const own = await gateway.ask();
    for (const other of [
      { tenantId: 'other' },
      { tenantId: 'acme-search', projectId: 'search' },
      { projectId: 'support' },
      { projectId: 'sear' },
    ]) {
      const reply = await gateway.ask(other);
      expect(reply.cache).toBe('miss');
      expect(reply.text).not.toBe(own.text);
    }
    const others = [...gateway.store.answers.keys()].filter((name) => !name.startsWith('acme '));
    expect(others).toHaveLength(2);
  });

  it.each([
    ['the order of keys', { messages: request.messages, model: 'chat' }],
    ['who asks', { ...request, user: 'u1', safety_identifier: 's1' }],
    ['what it is filed under', { ...request, metadata: { a: 'b' }, store: false }],
    ["how the upstream's cache works", { ...request, prompt_cache_key: 'k', prompt_cache_retention: '24h' }],
    ['that it is no stream', { ...request, stream: false, stream_options: null }],
  ])('makes no difference of %s', async (_name, body) => {
    const gateway = cachingGateway();
    await gateway.ask();
    expect((await gateway.ask({ body })).cache).toBe('hit');
  });

  it.each([
    ['the messages', { ...request, messages: [{ role: 'user', content: 'hello ' }] }],
    ['the role', { ...request, messages: [{ role: 'system', content: 'hello' }] }],
    ['the temperature', { ...request, temperature: 0 }],
    ['the seed', { ...request, seed: 1 }],
    ['the tools', { ...request, tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['the form of the answer', { ...request, response_format: { type: 'json_object' } }],
    ['the service tier', { ...request, service_tier: 'flex' }],
    ['a field that is not known here', { ...request, top_k: 1 }],
    ['a stream', { ...request, stream: true }],
  ])('tells requests apart by %s', async (_name, body) => {
    const gateway = cachingGateway();
    await gateway.ask();
    expect((await gateway.ask({ body })).cache).toBe('miss');
    expect(gateway.route).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['is to be stored by the upstream', { ...request, store: true }],
    ['looks at the web', { ...request, web_search_options: {} }],
  ])('is not for a request that %s', async (_name, body) => {
    const gateway = cachingGateway();
    await gateway.ask({ body });
    expect((await gateway.ask({ body })).cache).toBe('none');
    expect(gateway.store.answers.size).toBe(0);
  });

  it.each([
    ['calls a tool', { finishReasons: ['tool_calls'], message: { tool_calls: [{ id: 'c' }] } }],
    ['calls a tool that was forced', { message: { content: null, tool_calls: [{ id: 'c' }] } }],
    ['calls a function', { message: { content: null, function_call: { name: 'f' } } }],
    ['was filtered', { finishReasons: ['content_filter'] }],
    ['was cut by its length', { finishReasons: ['length'] }],
    ['is one of several that was cut', { finishReasons: ['stop', 'length'] }],
    ['does not say that it is at its end', { finishReasons: [] }],
  ] as [string, Answer][])('keeps no answer that %s', async (_name, answer) => {
    const gateway = cachingGateway({ route: countingModel(answer) });
    await gateway.ask();
    expect((await gateway.ask()).cache).toBe('miss');
    expect(gateway.store.answers.size).toBe(0);
  });

  it('keeps an answer that only speaks of tool calls', async () => {
    const message = { content: 'Use "tool_calls": []', tool_calls: [], function_call: null };
    const gateway = cachingGateway({ route: countingModel({ message }) });
    await gateway.ask();
    expect((await gateway.ask()).cache).toBe('hit');
  });

  it('keeps no failure', async () => {
    let fails = true;
    const model = countingModel();
    const route = vi.fn(async (call: { stream: boolean }) => {
      if (fails) throw new UpstreamError('malformed', 'no');
      return model(call);
    });
    const gateway = cachingGateway({ route: route as never });
    expect((await gateway.ask()).status).toBe(500);
    fails = false;
    expect((await gateway.ask()).status).toBe(200);
    expect((await gateway.ask()).cache).toBe('hit');
  });

  it('forgets an answer when its time is over, here and in the table', async () => {
    let now = 1_000_000;
    const store = memoryCache();
    const gateway = cachingGateway({ store, now: () => now, ttlSeconds: 60 });
    await gateway.ask();
    now += 59_999;
    const late = await gateway.ask();
    expect([late.cache, late.headers.get('age')]).toEqual(['hit', '59']);
    const elsewhere = cachingGateway({ store, now: () => now });
    expect((await elsewhere.ask()).cache).toBe('hit');
    now += 1;
    expect((await gateway.ask()).cache).toBe('miss');
  });

  it('follows a time that was shortened, and is off at once where it was taken away', async () => {
    let now = 1_000_000;
    const store = memoryCache();
    await cachingGateway({ store, now: () => now, ttlSeconds: 3_600 }).ask();
    now += 61_000;
    expect((await cachingGateway({ store, now: () => now, ttlSeconds: 60 }).ask()).cache).toBe('miss');
    expect((await cachingGateway({ store, now: () => now, ttlSeconds: undefined }).ask()).cache).toBe('none');
  });

  it('finds nothing from before the name led elsewhere', async () => {
    const store = memoryCache();
    await cachingGateway({ store, modelVersion: '1' }).ask();
    expect((await cachingGateway({ store, modelVersion: '2' }).ask()).cache).toBe('miss');
    expect((await cachingGateway({ store, modelVersion: '1' }).ask()).cache).toBe('hit');
  });

  it('finds nothing from before the guardrails changed', async () => {
    const store = memoryCache();
    const tenant = implicitTenant('acme');
    const disabled = (version: number) => ({ id: 'g', kind: 'words', version, enabled: false });
    const settings = (version: number) => () =>
      new TenantSettings(tenant, new Map([['guardrail', [disabled(version)]]]));
    await cachingGateway({ store, settings: settings(1) }).ask();
    expect((await cachingGateway({ store, settings: settings(1) }).ask()).cache).toBe('hit');
    expect((await cachingGateway({ store, settings: settings(2) }).ask()).cache).toBe('miss');
  });

  it('keeps nothing that passed only because a guardrail could not check it', async () => {
    const unreachable: GuardrailSetting = {
      id: 'g',
      kind: 'openai-moderation',
      enabled: true,
      stages: ['input'],
      actions: {},
      timeoutMs: 1_000,
      onFailure: 'open',
      options: {},
      version: 1,
      createdAtMs: 0,
      updatedAtMs: 0,
    };
    const settings = new TenantSettings(implicitTenant('acme'), new Map([['guardrail', [unreachable]]]));
    const gateway = cachingGateway({ settings: () => settings });
    expect((await gateway.ask()).status).toBe(200);
    expect((await gateway.ask()).cache).toBe('miss');
    expect(gateway.store.answers.size).toBe(0);
  });

  it.each([
    ['no-store', ['none', 'none'], 0],
    ['no-cache', ['miss', 'miss'], 1],
    ['private, No-Store', ['none', 'none'], 0],
    ['max-age=0', ['miss', 'miss'], 1],
    ['max-age=never', ['miss', 'miss'], 1],
    ['max-age=60', ['miss', 'hit'], 1],
    ['private', ['miss', 'hit'], 1],
  ])('does as the caller says with %s', async (header, caches, kept) => {
    const gateway = cachingGateway();
    const headers = { 'cache-control': header };
    expect([(await gateway.ask({ headers })).cache, (await gateway.ask({ headers })).cache]).toEqual(caches);
    expect(gateway.store.answers.size).toBe(kept);
  });

  it('calls the model for each of several at the same time, and has an answer afterwards', async () => {
    const gateway = cachingGateway();
    const replies = await Promise.all(Array.from({ length: 10 }, () => gateway.ask()));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    const after = await gateway.ask();
    expect(after.cache).toBe('hit');
    expect(replies.map(({ text }) => text)).toContain(after.text);
    expect(gateway.store.answers.size).toBe(1);
  });

  it.each([
    ['fails to read', { get: () => Promise.reject(new Error('damaged')) }],
    ['does not answer', { get: () => new Promise<never>(() => undefined) }],
    ['fails to write', { put: () => Promise.reject(new Error('down')) }],
  ])('is a miss where the table %s', async (_name, broken) => {
    const store = { ...memoryCache(), ...broken };
    const gateway = cachingGateway({ store });
    expect(await gateway.ask()).toMatchObject({ status: 200, cache: 'miss' });
  });

  it('does not keep an answer of more than 5 MB', async () => {
    const gateway = cachingGateway({
      route: countingModel({ message: { content: 'x'.repeat(5 * 1_024 * 1_024) } }),
    });
    expect((await gateway.ask()).status).toBe(200);
    expect(gateway.store.answers.size).toBe(0);
  });
});

describe('the response cache of streams', () => {
  const body = { ...request, stream: true };

  it('gives the same bytes again', async () => {
    const gateway = cachingGateway();
    const first = await gateway.ask({ body });
    const second = await gateway.ask({ body });
    expect([first.cache, second.cache]).toEqual(['miss', 'hit']);
    expect(second.text).toBe(first.text);
    expect(second.text).toContain('[DONE]');
    expect(second.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(second.headers.get('x-openclaw-cost-microusd')).toBe('0');
    expect(gateway.records.at(-1)?.record).toMatchObject({
      cache: 'hit',
      stream: true,
      usage,
      costMicroUsd: 0,
    });
  });

  it('tells a stream with usage from one without', async () => {
    const gateway = cachingGateway();
    await gateway.ask({ body });
    const withUsage = await gateway.ask({ body: { ...body, stream_options: { include_usage: true } } });
    expect(withUsage.cache).toBe('miss');
    expect(withUsage.text).toContain('"usage"');
  });

  it.each([
    ['calls a tool', [textEvent('', { finishReason: 'tool_calls' })]],
    [
      'calls a tool that was forced',
      [
        {
          ...textEvent('', { finishReason: 'stop' }),
          bytes: Buffer.from('data: {"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}\n\n'),
        },
      ],
    ],
    ['does not say that it is at its end', [textEvent('hi')]],
  ])('keeps none that %s', async (_name, events) => {
    const route = vi.fn(async () => ({
      answer: {
        kind: 'stream' as const,
        events: (async function* () {
          yield* events;
        })(),
      },
      target,
      attempts,
      firstTokenMs: 5,
    }));
    const gateway = cachingGateway({ route: route as never });
    await gateway.ask({ body });
    expect((await gateway.ask({ body })).cache).toBe('miss');
  });

  it('keeps none that was cut', async () => {
    const route = vi.fn(async () => ({
      answer: {
        kind: 'stream' as const,
        events: (async function* () {
          yield textEvent('hi', { finishReason: 'stop' });
          throw new UpstreamError('cut', 'gone');
        })(),
      },
      target,
      attempts,
      firstTokenMs: 5,
    }));
    const gateway = cachingGateway({ route: route as never });
    expect((await gateway.ask({ body })).text).toContain('upstream_cut');
    expect((await gateway.ask({ body })).cache).toBe('miss');
    expect(gateway.store.answers.size).toBe(0);
  });
});

describe('answers in memory', () => {
  const answer = (bytes: number): CachedAnswer => ({
    status: 200,
    headers: {},
    facts: {},
    storedAtMs: 0,
    body: Buffer.alloc(bytes),
  });

  it('are bounded by bytes: those not asked for the longest go first', () => {
    const recent = new RecentAnswers(800);
    for (let index = 0; index < 8; index += 1) recent.set('acme', `k${index}`, answer(100));
    expect(recent.get('acme', 'k0')).toBeDefined();
    recent.set('acme', 'k8', answer(100));
    expect(recent.get('acme', 'k1')).toBeUndefined();
    expect(recent.get('acme', 'k0')).toBeDefined();
    recent.set('acme', 'k0', answer(50));
    recent.set('acme', 'k9', answer(50));
    expect(recent.get('acme', 'k2')).toBeDefined();
    recent.set('acme', 'large', answer(101));
    expect(recent.get('acme', 'large')).toBeUndefined();
  });

  it('are one tenant’s alone', () => {
    const recent = new RecentAnswers(800);
    recent.set('acme', 'k', answer(1));
    expect(recent.get('other', 'k')).toBeUndefined();
  });
});

describe('the version of a name', () => {
  const configured = (model: string, baseUrl: string) =>
    modelVersions({
      models: { chat: { targets: [{ provider: 'p', model }] } },
      providers: { p: { kind: 'openai', baseUrl, apiKeys: [] } },
    } as never);

  it('changes with where it leads, and with how its provider is reached', () => {
    const version = configured('m', 'https://a')('chat');
    expect(configured('m', 'https://a')('chat')).toBe(version);
    expect(configured('m2', 'https://a')('chat')).not.toBe(version);
    expect(configured('m', 'https://b')('chat')).not.toBe(version);
  });
});
