import { describe, expect, it } from 'vitest';
import { RoutingError } from '../../../lib/models/index.ts';
import { UpstreamError } from '../../../lib/plugin/index.ts';
import { attempts, target, testGateway, textEvent, usage, usageEvent } from './support/test-gateway.ts';

const request = { model: 'chat', messages: [{ role: 'user', content: 'hello' }] };
const answerBytes = Buffer.from('{"id":"chatcmpl-1","choices":[]}');

const jsonRoute = async () => ({
  answer: {
    kind: 'json' as const,
    bytes: answerBytes,
    usage,
    finishReasons: ['stop' as const],
    text: () => 'hi',
  },
  target,
  attempts,
  firstTokenMs: 5,
});

function streamRoute(events: () => AsyncIterable<ReturnType<typeof textEvent>>, delayMs = 0) {
  return async () => {
    if (delayMs) await new Promise((resolve) => setTimeout(resolve, delayMs));
    return { answer: { kind: 'stream' as const, events: events() }, target, attempts, firstTokenMs: 5 };
  };
}

const fails = (error: UpstreamError) => async () => {
  throw new RoutingError(error, attempts);
};

describe('a whole answer', () => {
  it("is the upstream's own bytes, with headers that tell who served it and what it cost", async () => {
    const gateway = testGateway({ route: jsonRoute });
    const response = await gateway.call('/v1/chat/completions', {
      body: request,
      headers: { 'x-request-id': 'mine-1' },
    });
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(answerBytes);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-request-id': 'mine-1',
      'x-openclaw-model': 'real-model',
      'x-openclaw-provider': 'upstream',
      'x-openclaw-attempts': '1',
      'x-openclaw-cost-microusd': '42',
      'x-openclaw-cache': 'none',
      'x-openclaw-overhead-ms': expect.stringMatching(/^\d+\.\d$/),
      'openai-processing-ms': expect.stringMatching(/^\d+$/),
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': '99',
      'x-ratelimit-reset-requests': '600ms',
      'x-ratelimit-limit-tokens': '100000',
    });
  });

  it('is recorded: an intent before the call, an outcome after', async () => {
    const order: string[] = [];
    const gateway = testGateway({
      route: async () => {
        order.push(...gateway.records.map(({ phase }) => phase), 'call');
        return jsonRoute();
      },
    });
    await gateway.call('/v1/chat/completions', { body: { ...request, safety_identifier: 'user-9' } });
    await gateway.settled();
    expect(order).toEqual(['intent', 'call']);
    expect(gateway.records.map(({ phase }) => phase)).toEqual(['intent', 'outcome']);
    expect(gateway.records[1]).toMatchObject({
      tenantId: 'acme',
      record: {
        tenantId: 'acme',
        projectId: 'search',
        route: 'POST /v1/chat/completions',
        alias: 'chat',
        endUser: 'user-9',
        status: 200,
        provider: 'upstream',
        model: 'real-model',
        usage,
        costMicroUsd: 42,
        finishReasons: ['stop'],
        attempts,
      },
    });
    expect(JSON.stringify(gateway.records)).not.toContain(gateway.apiKey.slice(-40));
    expect(JSON.stringify(gateway.records)).not.toContain('hello');
  });

  it('is not asked for where the intent cannot be recorded', async () => {
    let called = false;
    const gateway = testGateway({
      route: async () => {
        called = true;
        return jsonRoute();
      },
      storageFails: (phase) => phase === 'intent',
    });
    const response = await gateway.call('/v1/chat/completions', { body: request });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ error: { code: 'records_unavailable' } });
    expect(called).toBe(false);
  });
});

describe('a streamed answer', () => {
  const words = async function* () {
    yield textEvent('');
    yield textEvent('Hel');
    yield textEvent('lo', { finishReason: 'stop' });
    yield usageEvent;
  };
  const streamed = { ...request, stream: true };

  it('ends in [DONE] and hides the usage chunk from a caller who did not ask for it', async () => {
    const gateway = testGateway({ route: streamRoute(words) });
    const response = await gateway.call('/v1/chat/completions', { body: streamed });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const text = await response.text();
    expect(text.match(/data: /g)).toHaveLength(4);
    expect(text).not.toContain('usage');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    await gateway.settled();
    expect(gateway.records[1]?.record).toMatchObject({ usage, finishReasons: ['stop'], status: 200 });
  });

  it('shows the usage chunk to a caller who asked for it', async () => {
    const gateway = testGateway({ route: streamRoute(words) });
    const response = await gateway.call('/v1/chat/completions', {
      body: { ...streamed, stream_options: { include_usage: true } },
    });
    expect(await response.text()).toContain('"choices":[],"usage"');
  });

  it('that the upstream cuts ends in an error event, never in [DONE], and is billed for what it produced', async () => {
    const gateway = testGateway({
      route: streamRoute(async function* () {
        yield textEvent('Hel');
        throw new UpstreamError('cut', 'the connection closed');
      }),
    });
    const response = await gateway.call('/v1/chat/completions', { body: streamed });
    const text = await response.text();
    expect(text).not.toContain('[DONE]');
    const last = JSON.parse(text.trim().split('data: ').at(-1) ?? '');
    expect(last).toEqual({
      error: { message: expect.any(String), type: 'server_error', param: null, code: 'upstream_cut' },
    });
    await gateway.settled();
    expect(gateway.records[1]?.record).toMatchObject({
      errorCode: 'upstream_cut',
      cutBy: 'upstream',
      usage: { outputTokens: 3, estimated: true },
      costMicroUsd: 42,
    });
  });

  it('that the caller leaves ends the upstream exchange and is billed for what was produced', async () => {
    let ended = false;
    const gateway = testGateway({
      route: streamRoute(async function* () {
        try {
          for (;;) {
            yield textEvent('word ');
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        } finally {
          ended = true;
        }
      }),
    });
    const response = await gateway.call('/v1/chat/completions', { body: streamed });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await expect.poll(() => gateway.records.length).toBe(2);
    expect(ended).toBe(true);
    expect(gateway.records[1]?.record).toMatchObject({
      cutBy: 'caller',
      errorCode: 'cancelled',
      usage: { estimated: true },
      costMicroUsd: 42,
    });
  });

  it('sends pings while the model is silent, before the first byte too', async () => {
    const gateway = testGateway({ route: streamRoute(words, 80), pingIntervalMs: 20 });
    const response = await gateway.call('/v1/chat/completions', { body: streamed });
    const text = await response.text();
    expect(text.startsWith(': ping\n\n')).toBe(true);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('tells a failure by its status while nothing was sent, and in band afterwards', async () => {
    const error = new UpstreamError('server', 'status 500');
    const atOnce = await testGateway({ route: fails(error) }).call('/v1/chat/completions', {
      body: streamed,
    });
    expect(atOnce.status).toBe(502);
    const slow = testGateway({
      pingIntervalMs: 10,
      route: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return fails(error)();
      },
    });
    const late = await slow.call('/v1/chat/completions', { body: streamed });
    expect(late.status).toBe(200);
    const text = await late.text();
    expect(text).toContain('"code":"upstream_error"');
    expect(text).not.toContain('[DONE]');
    await slow.settled();
    expect(slow.records[1]?.record).toMatchObject({
      errorCode: 'upstream_error',
      costMicroUsd: 0,
    });
  });
});

describe('a failed call', () => {
  it.each([
    [
      new UpstreamError('authentication', 'x', { status: 401 }),
      502,
      'upstream_authentication_failed',
      'false',
    ],
    [new UpstreamError('quota', 'x', { status: 429 }), 502, 'upstream_quota_exhausted', 'false'],
    [
      new UpstreamError('rate_limit', 'x', { status: 429, retryAfterMs: 2_500 }),
      429,
      'rate_limit_exceeded',
      'true',
    ],
    [new UpstreamError('server', 'x', { status: 500 }), 502, 'upstream_error', 'false'],
    [new UpstreamError('server', 'circuit open', { retryAfterMs: 9_000 }), 503, 'upstream_error', 'true'],
    [new UpstreamError('network', 'x'), 502, 'upstream_unreachable', 'false'],
    [new UpstreamError('timeout', 'x'), 504, 'upstream_timeout', 'false'],
    [new UpstreamError('malformed', 'x'), 502, 'upstream_malformed', 'false'],
    [
      new UpstreamError('context_length', 'too long', { status: 400 }),
      400,
      'context_length_exceeded',
      'false',
    ],
    [new UpstreamError('content_filter', 'filtered', { status: 400 }), 400, 'content_filter', 'false'],
    [
      new UpstreamError('unsupported_parameter', 'no', {
        status: 400,
        detail: { param: 'n', code: 'unsupported_parameter' },
      }),
      400,
      'unsupported_parameter',
      'false',
    ],
  ])('of class $errorClass', async (error, status, code, shouldRetry) => {
    const gateway = testGateway({ route: fails(error) });
    const response = await gateway.call('/v1/chat/completions', { body: request });
    expect(response.status).toBe(status);
    expect(response.headers.get('x-should-retry')).toBe(shouldRetry);
    const body = (await response.json()) as { error: object };
    expect(Object.keys(body.error).sort()).toEqual(['code', 'message', 'param', 'type']);
    expect(body).toMatchObject({ error: { code } });
    if (error.retryAfterMs) expect(response.headers.get('retry-after-ms')).toBe(String(error.retryAfterMs));
    await gateway.settled();
    expect(gateway.records[1]?.record).toMatchObject({
      status,
      errorCode: code,
      costMicroUsd: 0,
      usage: null,
      attempts,
    });
  });
});

describe('a refused request', () => {
  it.each([
    [{}, 'missing_api_key'],
    [{ authorization: 'Basic abc' }, 'missing_api_key'],
    [{ authorization: 'Bearer sk-other' }, 'invalid_api_key'],
    [{ authorization: `Bearer oc_test_${'a'.repeat(12)}_${'b'.repeat(40)}` }, 'invalid_api_key'],
  ])('with %j is 401 %s', async (headers, code) => {
    const gateway = testGateway({ route: jsonRoute });
    const response = await gateway.call('/v1/chat/completions', {
      body: request,
      headers: { authorization: '', ...headers },
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it('LiteLLM 31620, 33150: with a wrong key is recorded with its address and reason, not with the key', async () => {
    const gateway = testGateway({ route: jsonRoute });
    const wrong = `${gateway.apiKey.slice(0, -1)}${gateway.apiKey.endsWith('a') ? 'b' : 'a'}`;
    await gateway.call('/v1/models', { headers: { authorization: `Bearer ${wrong}` } });
    expect(gateway.records).toMatchObject([
      { tenantId: 'platform', phase: 'refused', record: { sourceIp: '192.0.2.7', reason: 'wrong-secret' } },
    ]);
    expect(JSON.stringify(gateway.records)).not.toContain(wrong.slice(-40));
  });

  it('for lack of scope is 403', async () => {
    const gateway = testGateway({ route: jsonRoute, scopes: ['admin'] });
    const response = await gateway.call('/v1/chat/completions', { body: request });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: 'insufficient_permissions' } });
  });

  it.each([
    ['/v1/chat/completions', { ...request, model: 'nope' }, 404, 'model_not_found'],
    ['/v1/chat/completions', { ...request, model: '__proto__' }, 404, 'model_not_found'],
    ['/v1/embeddings', { model: 'chat', input: 'x' }, 400, 'unsupported_operation'],
    ['/v1/chat/completions', { model: 'chat' }, 400, 'missing_required_parameter'],
    ['/v1/unknown', {}, 404, 'unknown_url'],
  ])('POST %s %j is %i %s', async (path, body, status, code) => {
    const response = await testGateway({ route: jsonRoute }).call(path, { body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it('with the wrong method is 405', async () => {
    const response = await testGateway({ route: jsonRoute }).call('/v1/chat/completions');
    expect(response.status).toBe(405);
  });

  it('over the rate limit is 429 with the time to wait', async () => {
    const gateway = testGateway({ route: jsonRoute, requestsPerMinute: 2 });
    for (let i = 0; i < 2; i += 1) {
      expect((await gateway.call('/v1/chat/completions', { body: request })).status).toBe(200);
    }
    const response = await gateway.call('/v1/chat/completions', { body: request });
    expect(response.status).toBe(429);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'retry-after': '30',
      'retry-after-ms': '30000',
      'x-should-retry': 'true',
      'x-ratelimit-remaining-requests': '0',
    });
    expect(await response.json()).toMatchObject({ error: { code: 'rate_limit_exceeded', type: 'requests' } });
  });

  it('because the gateway itself broke tells nothing of the inside', async () => {
    const response = await testGateway({
      route: async () => {
        throw new Error('secret detail');
      },
    }).call('/v1/chat/completions', { body: request });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret detail');
  });
});

describe('models', () => {
  it('are listed and retrieved, names with slashes too, encoded or not', async () => {
    const gateway = testGateway({ route: jsonRoute });
    const list = (await (await gateway.call('/v1/models')).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(['chat', 'org/embed']);
    for (const path of ['/v1/models/org/embed', '/v1/models/org%2Fembed']) {
      expect(await (await gateway.call(path)).json()).toMatchObject({ id: 'org/embed', object: 'model' });
    }
    expect((await gateway.call('/v1/models/none')).status).toBe(404);
  });

  it('need a key', async () => {
    const response = await testGateway({ route: jsonRoute }).call('/v1/models', {
      headers: { authorization: '' },
    });
    expect(response.status).toBe(401);
  });
});

describe('the OpenAPI document', () => {
  it('needs no key, and all its references resolve', async () => {
    const response = await testGateway({ route: jsonRoute }).call('/openapi.json', {
      headers: { authorization: '' },
    });
    const text = await response.text();
    const document = JSON.parse(text) as { components: { schemas: object }; paths: object };
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    );
    expect(references.length).toBeGreaterThan(5);
    for (const name of references) expect(document.components.schemas).toHaveProperty(String(name));
    expect(Object.keys(document.paths)).toContain('/v1/chat/completions');
  });
});
