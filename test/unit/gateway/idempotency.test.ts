import { describe, expect, it, vi } from 'vitest';
import { fingerprintOf } from '../../../lib/gateway/idempotency/idempotency-key.ts';
import { RoutingError } from '../../../lib/models/index.ts';
import { UpstreamError } from '../../../lib/plugin/index.ts';
import type { Principal } from '../../../lib/tenancy/index.ts';
import { memoryReplies } from './support/memory-replies.ts';
import { attempts, target, testGateway, textEvent, usage } from './support/test-gateway.ts';

const path = '/v1/chat/completions';
const request = { model: 'chat', messages: [{ role: 'user', content: 'hello' }] };

/** A router whose answers differ, so that a replay can be told from a second call. */
function jsonRoute(bytes = (call: number) => `{"id":"chatcmpl-${call}"}`) {
  let calls = 0;
  return vi.fn(async () => {
    calls += 1;
    return {
      answer: {
        kind: 'json' as const,
        bytes: Buffer.from(bytes(calls)),
        usage,
        finishReasons: ['stop' as const],
        text: () => 'hi',
      },
      target,
      attempts,
      firstTokenMs: 5,
    };
  });
}

function streamRoute(events: () => AsyncIterable<ReturnType<typeof textEvent>>) {
  return vi.fn(async () => ({
    answer: { kind: 'stream' as const, events: events() },
    target,
    attempts,
    firstTokenMs: 5,
  }));
}

const withKey = (key: string, body: unknown = request) => ({ body, headers: { 'idempotency-key': key } });

describe('a request with an idempotency key', () => {
  it('calls the model once; the second gets the same answer, at no cost and with ids of its own', async () => {
    const router = jsonRoute();
    const gateway = testGateway({ route: router });
    const first = await gateway.call(path, withKey('k'));
    const second = await gateway.call(path, withKey('k'));
    expect(router).toHaveBeenCalledTimes(1);
    expect(second.status).toBe(200);
    expect(await second.text()).toBe(await first.text());
    const ids = [first, second].map(({ headers }) => headers.get('x-openclaw-request-id'));
    expect(ids[0]).not.toBe(ids[1]);
    expect(Object.fromEntries(second.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-openclaw-idempotent-replay': 'true',
      'x-openclaw-original-request-id': ids[0],
      'x-openclaw-model': 'real-model',
      'x-openclaw-provider': 'upstream',
      'x-openclaw-cost-microusd': '0',
      'x-ratelimit-remaining-requests': '98',
    });
    expect(first.headers.has('x-openclaw-idempotent-replay')).toBe(false);
    await gateway.settled();
    expect(gateway.records.map(({ phase }) => phase)).toEqual(['intent', 'outcome']);
  });

  it('calls the model once for fifty at the same time; the others are told to wait', async () => {
    const router = jsonRoute();
    const gateway = testGateway({ route: router });
    const replies = await Promise.all(Array.from({ length: 50 }, () => gateway.call(path, withKey('k'))));
    expect(router).toHaveBeenCalledTimes(1);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    const waiting = replies.filter(({ status }) => status === 409);
    expect(waiting).toHaveLength(49);
    expect(waiting[0]?.headers.get('retry-after')).toBe('2');
    expect(waiting[0]?.headers.get('x-should-retry')).toBe('true');
    expect(await waiting[0]?.json()).toMatchObject({ error: { code: 'idempotency_request_in_progress' } });
  });

  it.each([
    ['another body', { ...request, temperature: 1 }, ''],
    ['another query', request, '?a=b'],
  ])('is a conflict with %s', async (_name, body, query) => {
    const gateway = testGateway({ route: jsonRoute() });
    await gateway.call(path, withKey('k'));
    const reply = await gateway.call(`${path}${query}`, withKey('k', body));
    expect(reply.status).toBe(409);
    expect(reply.headers.get('x-should-retry')).toBe('false');
    expect(await reply.json()).toMatchObject({
      error: { code: 'idempotency_key_conflict', param: 'Idempotency-Key' },
    });
  });

  it('is a conflict on another route', async () => {
    const gateway = testGateway({ route: jsonRoute() });
    await gateway.call(path, withKey('k'));
    const reply = await gateway.call('/v1/embeddings', withKey('k', { model: 'org/embed', input: 'x' }));
    expect(await reply.json()).toMatchObject({ error: { code: 'idempotency_key_conflict' } });
  });

  it.each(['', 'x'.repeat(256), 'a\nb', 'schlüssel', '\u{1f600}'])(
    'is a 400 with the key %j',
    async (key) => {
      const router = jsonRoute();
      const reply = await testGateway({ route: router }).call(path, withKey(key));
      expect(reply.status).toBe(400);
      expect(await reply.json()).toMatchObject({ error: { code: 'invalid_idempotency_key' } });
      expect(router).not.toHaveBeenCalled();
    },
  );

  it.each(['x', 'x'.repeat(255), 'order 7 / {"a": "#"}'])('takes the key %j', async (key) => {
    const reply = await testGateway({ route: jsonRoute() }).call(path, withKey(key));
    expect(reply.status).toBe(200);
  });

  it('is nothing special without the key', async () => {
    const router = jsonRoute();
    const gateway = testGateway({ route: router });
    await gateway.call(path, { body: request });
    await gateway.call(path, { body: request });
    expect(router).toHaveBeenCalledTimes(2);
  });
});

describe('the fingerprint of a request', () => {
  const request = { method: 'POST', path: '/v1/x', query: '', header: () => undefined, body: '{}' };
  const caller = { projectId: 'p', keyId: 'k' } as Principal;
  const own = fingerprintOf(request, caller);

  it.each([
    ['another method', { ...request, method: 'DELETE' }, caller],
    ['another path', { ...request, path: '/v1/y' }, caller],
    ['another query', { ...request, query: 'a=b' }, caller],
    ['another body', { ...request, body: '{ }' }, caller],
    ['another project', request, { ...caller, projectId: 'q' }],
    ['another API key: the answer may be for its holder alone', request, { ...caller, keyId: 'l' }],
    ['parts that are cut elsewhere', { ...request, path: '/v1/', query: 'x' }, caller],
  ])('is another for %s', (_name, other, of) => {
    expect(fingerprintOf(other, of)).not.toBe(own);
    expect(fingerprintOf({ ...request }, { ...caller })).toBe(own);
  });
});

describe('which answers an idempotency key keeps', () => {
  const failing = (error: UpstreamError, made = attempts) =>
    vi.fn(async () => {
      throw new RoutingError(error, made);
    });
  const upstream = (errorClass: 'malformed' | 'rate_limit' | 'timeout' | 'invalid_request') =>
    new UpstreamError(errorClass, 'no');

  it.each([
    ['malformed', 502, 'upstream_malformed'],
    ['timeout', 504, 'upstream_timeout'],
    ['invalid_request', 400, null],
  ] as const)('keeps the failure of a model that was called: %s', async (errorClass, status, code) => {
    const router = failing(upstream(errorClass));
    const gateway = testGateway({ route: router });
    await gateway.call(path, withKey('k'));
    const replay = await gateway.call(path, withKey('k'));
    expect(router).toHaveBeenCalledTimes(1);
    expect(replay.status).toBe(status);
    expect(replay.headers.get('x-should-retry')).toBe('false');
    expect(replay.headers.get('x-openclaw-idempotent-replay')).toBe('true');
    expect(await replay.json()).toMatchObject({ error: { code } });
  });

  it.each([
    ['an upstream that asks to wait', failing(upstream('rate_limit')), request],
    ['a failure before any model was called', failing(upstream('malformed'), []), request],
    ['an unknown model', jsonRoute(), { ...request, model: 'none' }],
  ])('lets go of the key after %s', async (_name, router, body) => {
    const idempotency = memoryReplies();
    const refusing = testGateway({ route: router, idempotency });
    const refused = await refusing.call(path, withKey('k', body));
    expect(refused.status).toBeGreaterThanOrEqual(400);
    const again = await refusing.call(path, withKey('k', body));
    expect(again.headers.has('x-openclaw-idempotent-replay')).toBe(false);
    expect(again.status).toBe(refused.status);
    const other = await refusing.call(path, withKey('k', { ...body, temperature: 1 }));
    expect(other.status).not.toBe(409);
  });

  it('says that an answer was too large to keep, and does not call the model again', async () => {
    const router = jsonRoute(() => JSON.stringify({ text: 'x'.repeat(5 * 1_024 * 1_024) }));
    const gateway = testGateway({ route: router });
    expect((await gateway.call(path, withKey('k'))).status).toBe(200);
    const again = await gateway.call(path, withKey('k'));
    expect(again.status).toBe(409);
    expect(await again.json()).toMatchObject({ error: { code: 'idempotency_answer_not_kept' } });
    expect(router).toHaveBeenCalledTimes(1);
  });

  it('carries nothing out where keys cannot be looked up', async () => {
    const router = jsonRoute();
    const gateway = testGateway({
      route: router,
      idempotency: {
        ...memoryReplies(),
        claim: async () => {
          throw new Error('storage is down');
        },
      },
    });
    const reply = await gateway.call(path, withKey('k'));
    expect(reply.status).toBe(503);
    expect(reply.headers.get('retry-after')).toBe('1');
    expect(await reply.json()).toMatchObject({ error: { code: 'idempotency_unavailable' } });
    expect(router).not.toHaveBeenCalled();
  });

  it('gives the caller the answer though it could not be kept', async () => {
    const gateway = testGateway({
      route: jsonRoute(),
      idempotency: {
        ...memoryReplies(),
        answer: async () => {
          throw new Error('storage is down');
        },
      },
    });
    expect((await gateway.call(path, withKey('k'))).status).toBe(200);
  });
});

describe('a stream with an idempotency key', () => {
  const streamed = { ...request, stream: true };

  it('is replayed byte by byte, without the pings', async () => {
    const pinged = Promise.withResolvers<void>();
    const router = streamRoute(async function* () {
      yield textEvent('Hel');
      await pinged.promise;
      yield textEvent('lo');
    });
    const gateway = testGateway({ route: router, pingIntervalMs: 20 });
    let first = '';
    const answer = await gateway.call(path, withKey('k', streamed));
    for await (const text of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      first += text;
      if (first.includes(': ping')) pinged.resolve();
    }
    const replay = await gateway.call(path, withKey('k', streamed));
    expect(await replay.text()).toBe(first.replaceAll(': ping\n\n', ''));
    expect(Object.fromEntries(replay.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-openclaw-idempotent-replay': 'true',
    });
    expect(router).toHaveBeenCalledTimes(1);
  });

  it('that the upstream cut is replayed cut, with its error and without an end', async () => {
    const router = streamRoute(async function* () {
      yield textEvent('Hel');
      throw new UpstreamError('cut', 'gone');
    });
    const gateway = testGateway({ route: router });
    const first = await (await gateway.call(path, withKey('k', streamed))).text();
    const replay = await (await gateway.call(path, withKey('k', streamed))).text();
    expect(replay).toBe(first);
    expect(replay).toContain('upstream_cut');
    expect(replay).not.toContain('[DONE]');
    expect(router).toHaveBeenCalledTimes(1);
  });

  it('that its caller left frees the key: the next one gets a whole answer', async () => {
    const router = streamRoute(async function* () {
      yield textEvent('Hel');
      await new Promise((resolve) => setTimeout(resolve, 30));
      yield textEvent('lo');
    });
    const gateway = testGateway({ route: router });
    const reader = (await gateway.call(path, withKey('k', streamed))).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    const retried = await vi.waitFor(
      async () => {
        const reply = await gateway.call(path, withKey('k', streamed));
        expect(reply.status).toBe(200);
        return reply;
      },
      { timeout: 10_000 },
    );
    expect(retried.headers.has('x-openclaw-idempotent-replay')).toBe(false);
    expect(await retried.text()).toContain('[DONE]');
    expect(router).toHaveBeenCalledTimes(2);
  });

  it('that failed in band before any content frees the key', async () => {
    const router = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw new RoutingError(new UpstreamError('malformed', 'no'), attempts);
    });
    const gateway = testGateway({ route: router, pingIntervalMs: 10 });
    for (let call = 0; call < 2; call += 1) {
      expect(await (await gateway.call(path, withKey('k', streamed))).text()).toContain('upstream_malformed');
    }
    expect(router).toHaveBeenCalledTimes(2);
  });
});
