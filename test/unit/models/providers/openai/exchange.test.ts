import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createOpenAiProvider } from '../../../../../lib/models/providers/openai/index.ts';
import { type ModelCall, type StreamEvent, UpstreamError } from '../../../../../lib/plugin/index.ts';
import {
  answerText,
  type FaultUpstream,
  startFaultUpstream,
  toolArguments,
} from '../../../../support/fault-upstream/index.ts';

let upstream: FaultUpstream;
beforeAll(async () => {
  upstream = await startFaultUpstream({ firstTokenDelayMs: 5_000, stallMs: 5_000, byteDelayMs: 20 });
});
beforeEach(() => upstream.reset());
afterAll(() => upstream.stop());

const usage = {
  inputTokens: 20,
  cachedInputTokens: 8,
  cacheWriteTokens: 0,
  outputTokens: 10,
  reasoningTokens: 3,
  estimated: false,
};

function call(model: string, more: Partial<ModelCall> = {}): ModelCall {
  return {
    operation: 'chat',
    model,
    body: {
      model: 'alias',
      messages: [{ role: 'user', content: 'a secret prompt' }],
      vendor_field: { kept: true },
    },
    stream: false,
    apiKey: 'sk-very-secret',
    timeouts: { connectMs: 2_000, firstTokenMs: 400, idleMs: 300, totalMs: 1_500 },
    signal: new AbortController().signal,
    ...more,
  };
}

const provider = (baseUrl = upstream.url) => createOpenAiProvider({ baseUrl, providerName: 'test-upstream' });

async function readAll(request: ModelCall, of = provider()): Promise<StreamEvent[]> {
  const answer = await of.call({ ...request, stream: true });
  if (answer.kind !== 'stream') throw new Error('not a stream');
  return Array.fromAsync(answer.events);
}

async function failureOf(promise: Promise<unknown>): Promise<UpstreamError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UpstreamError)) throw new Error(`no UpstreamError but ${String(error)}`);
  return error;
}

describe('a whole answer', () => {
  it('is passed through as it came, with usage, finish reasons and text read out', async () => {
    const answer = await provider().call(call('fault:ok', { body: { messages: [], n: 2, logprobs: true } }));
    if (answer.kind !== 'json') throw new Error('not JSON');
    const document = JSON.parse(Buffer.from(answer.bytes).toString());
    expect(document).toMatchObject({ service_tier: 'default', choices: [{ logprobs: {} }, { index: 1 }] });
    expect(answer.usage).toEqual(usage);
    expect(answer.finishReasons).toEqual(['stop', 'stop']);
    expect(answer.text()).toBe(answerText + answerText);
  });

  it("is asked for with the target's model, the key, and every field of the caller's", async () => {
    await provider().call(call('fault:ok'));
    expect(upstream.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer sk-very-secret', 'content-type': 'application/json' },
      body: { model: 'fault:ok', vendor_field: { kept: true } },
    });
    expect(upstream.requests[0]?.body).not.toHaveProperty('stream');
  });

  it('of embeddings is passed through too', async () => {
    const answer = await provider().call(call('e', { operation: 'embeddings', body: { input: ['a', 'b'] } }));
    expect(upstream.requests[0]?.path).toBe('/v1/embeddings');
    expect(answer).toMatchObject({ usage: { inputTokens: 8, outputTokens: 0 }, finishReasons: [] });
  });
});

describe('a stream', () => {
  it("is the upstream's own events, asked for with usage and without losing the caller's stream options", async () => {
    const body = { messages: [], stream_options: { include_obfuscation: false } };
    const events = await readAll(call('fault:ok', { body }));
    expect(upstream.requests[0]?.body).toMatchObject({
      stream: true,
      stream_options: { include_obfuscation: false, include_usage: true },
    });
    expect(events.map(({ text }) => text).join('')).toBe(answerText);
    expect(events.map(({ hasContent }) => hasContent)).toEqual([false, ...Array(6).fill(true), false, false]);
    expect(events.at(-2)?.finishReason).toBe('stop');
    expect(events.at(-1)).toMatchObject({ usageOnly: true, usage });
    expect(Buffer.concat(events.map(({ bytes }) => bytes)).toString()).not.toContain('[DONE]');
  });

  it('of a tool call counts as content from its name on', async () => {
    const events = await readAll(call('fault:ok', { body: { tools: [{ function: { name: 'weather' } }] } }));
    expect(events[0]?.hasContent).toBe(true);
    expect(events.map(({ text }) => text).join('')).toBe(`weather${toolArguments}`);
    expect(events.at(-2)?.finishReason).toBe('tool_calls');
  });

  it.each(['fault:split-bytes', 'fault:crlf-lines'])('survives %s', async (model) => {
    const events = await readAll(
      call(model, { timeouts: { ...call('').timeouts, totalMs: 10_000, firstTokenMs: 5_000 } }),
    );
    expect(events.map(({ text }) => text).join('')).toBe(answerText);
  });

  it('without [DONE] is complete once every choice has its finish reason', async () => {
    expect((await readAll(call('fault:no-done', { body: { n: 2 } }))).at(-1)?.usageOnly).toBe(true);
  });

  it('keeps its connection for the next request once it is read', async () => {
    const server = await countingServer();
    for (let i = 0; i < 3; i++) {
      await readAll(call('x'), provider(server.url));
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(server.connections()).toBe(1);
    await server.stop();
  });

  it('that the reader leaves ends the exchange at once', async () => {
    const answer = await provider().call(call('fault:stall', { stream: true }));
    if (answer.kind !== 'stream') throw new Error('not a stream');
    for await (const event of answer.events) if (event.hasContent) break;
    await expect.poll(() => upstream.requests[0]?.aborted, { timeout: 1_000, interval: 5 }).toBe(true);
  });
});

describe('a failure', () => {
  it.each([
    ['fault:429', 'rate_limit', 429, 1_000],
    ['fault:429-no-retry-after', 'rate_limit', 429, undefined],
    ['fault:500', 'server', 500, undefined],
    ['fault:503-retry-after', 'server', 503, 1_000],
    ['fault:401', 'authentication', 401, undefined],
    ['fault:quota', 'quota', 429, undefined],
    ['fault:404', 'not_found', 404, undefined],
    ['fault:bad-request', 'invalid_request', 400, undefined],
    ['fault:context-length', 'context_length', 400, undefined],
    ['fault:content-filter', 'content_filter', 400, undefined],
    ['fault:wrong-content-type', 'malformed', 200, undefined],
    ['fault:reset-before-headers', 'network', undefined, undefined],
    ['fault:no-response', 'timeout', undefined, undefined],
  ])('%s is of class %s, streamed or not', async (model, errorClass, status, retryAfterMs) => {
    for (const stream of [false, true]) {
      const error = await failureOf(provider().call(call(model, { stream })));
      expect({ ...error }).toMatchObject({ errorClass });
      expect([error.status, error.retryAfterMs]).toEqual([status, retryAfterMs]);
      expect(`${error.message} ${JSON.stringify(error.detail)}`).not.toMatch(/secret/);
    }
  });

  it.each([
    ['fault:reset-after-headers', 'cut', 0],
    ['fault:reset-mid-answer', 'cut', 4],
    ['fault:slow-first-token', 'timeout', 0],
    ['fault:stall', 'timeout', 4],
    ['fault:cut', 'cut', 4],
    ['fault:malformed-chunk', 'malformed', 4],
    ['fault:error-in-stream', 'server', 4],
    ['fault:slow-loris', 'timeout', 0],
  ])('%s in a stream is of class %s, after %i events with content', async (model, errorClass, contents) => {
    const answer = await provider().call(call(model, { stream: true }));
    if (answer.kind !== 'stream') throw new Error('not a stream');
    let seen = 0;
    const reading = (async () => {
      for await (const event of answer.events) if (event.hasContent) seen++;
    })();
    expect((await failureOf(reading)).errorClass).toBe(errorClass);
    expect(seen).toBe(contents);
  });

  it.each([
    ['fault:reset-after-headers', 'cut'],
    ['fault:reset-mid-answer', 'cut'],
    ['fault:cut', 'malformed'],
    ['fault:stall', 'timeout'],
    ['fault:slow-loris', 'timeout'],
  ])('%s in a whole answer is of class %s', async (model, errorClass) => {
    expect((await failureOf(provider().call(call(model)))).errorClass).toBe(errorClass);
  });

  it('a refused connection is of class network', async () => {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const error = await failureOf(provider(`http://127.0.0.1:${port}/v1`).call(call('x')));
    expect([error.errorClass, error.message]).toEqual(['network', 'test-upstream: connection refused']);
  });

  it('an answer beyond 64 MiB is refused', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      Readable.from(forever(Buffer.alloc(1024 * 1024, ' '))).pipe(response);
    });
    const url = `http://127.0.0.1:${await listen(server)}`;
    const timeouts = { connectMs: 1_000, firstTokenMs: 5_000, idleMs: 5_000, totalMs: 5_000 };
    expect((await failureOf(provider(url).call(call('x', { timeouts })))).message).toContain(
      'exceeds 67108864 bytes',
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it('a key that the upstream quotes is not in the error', async () => {
    const server = createServer((_, response) =>
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end('{"error":{"message":"bad key sk-very-secret"}}'),
    );
    const url = `http://127.0.0.1:${await listen(server)}`;
    const error = await failureOf(provider(url).call(call('x')));
    expect(error.detail?.message).toBe('bad key [key]');
    await new Promise((resolve) => server.close(resolve));
  });

  it('a caller who goes away ends the call at once, before the answer and in it', async () => {
    for (const model of ['fault:no-response', 'fault:stall']) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      const started = performance.now();
      const error = await failureOf(readAll(call(model, { signal: controller.signal })));
      expect(error.errorClass).toBe('cancelled');
      expect(performance.now() - started).toBeLessThan(2_000);
      await expect.poll(() => upstream.requests.at(-1)?.aborted, { interval: 5 }).toBe(true);
    }
  });
});

function* forever(part: Buffer): Generator<Buffer> {
  for (;;) yield part;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function countingServer() {
  let connections = 0;
  const server = createServer((_, response) => {
    const chunk = { choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }] };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
    setTimeout(() => response.end(), 5);
  });
  server.on('connection', () => connections++);
  const url = `http://127.0.0.1:${await listen(server)}`;
  return {
    url,
    connections: () => connections,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
