import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAnthropicProvider } from '../../../../../lib/models/providers/anthropic/index.ts';
import type { ModelProvider } from '../../../../../lib/plugin/index.ts';
import { chatCall, failureOf, readJson, readStream } from '../support/calls.ts';
import { replay, startReplayServer } from '../support/replay-server.ts';

let server: Awaited<ReturnType<typeof startReplayServer>>;
let provider: ModelProvider;

beforeAll(async () => {
  server = await startReplayServer();
  provider = createAnthropicProvider({ kind: 'anthropic', apiKeys: [], baseUrl: server.url });
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => server.close());

const model = 'claude-sonnet-4-5';
const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }];
const failWith = (status: number, type: string, message: string, headers = {}) =>
  server.reply({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      type: 'error',
      error: { type, message },
      request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy',
    }),
  });

describe('a request', () => {
  it('is one of the Messages API', async () => {
    server.reply(replay('anthropic/message.json'));
    await provider.call(
      chatCall(
        {
          messages: [
            { role: 'system', content: 'Be brief.' },
            {
              role: 'user',
              content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0K' } }],
            },
          ],
          max_tokens: 100,
          temperature: 0.5,
          stop: ['\n\nHuman:'],
          tools,
          tool_choice: 'required',
          parallel_tool_calls: false,
          user: 'user-1',
        },
        { model },
      ),
    );

    expect(server.requests[0]).toMatchObject({
      url: '/messages',
      headers: { 'x-api-key': 'secret-key', 'anthropic-version': '2023-06-01' },
      body: {
        model,
        system: [{ type: 'text', text: 'Be brief.' }],
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0K' } },
            ],
          },
        ],
        max_tokens: 100,
        temperature: 0.5,
        stop_sequences: ['\n\nHuman:'],
        tools: [{ name: 'get_weather', input_schema: { type: 'object' } }],
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
        metadata: { user_id: 'user-1' },
      },
    });
  });

  it.each([
    ['seed', { seed: 7 }],
    ['frequency_penalty', { frequency_penalty: 0.5 }],
    ['presence_penalty', { presence_penalty: 0.5 }],
    ['temperature', { temperature: 1.5 }],
    ['response_format', { response_format: { type: 'json_object' } }],
  ])('with %s is refused before anything is paid for', async (param, body) => {
    server.reply(replay('anthropic/message.json'));
    const error = await failureOf(provider.call(chatCall(body, { model })));

    expect(error).toMatchObject({ errorClass: 'unsupported_parameter', detail: { param } });
    expect(server.requests).toEqual([]);
  });

  it('with two settings that the model does not take together is refused', async () => {
    server.reply(replay('anthropic/text.sse'));
    const call = chatCall({ temperature: 0.5, top_p: 0.5 }, { model, stream: true });

    expect(await failureOf(provider.call(call))).toMatchObject({
      errorClass: 'unsupported_parameter',
      detail: { param: 'top_p' },
    });
  });

  it('without a key fails, though the environment has one', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'from-the-environment');
    const { apiKey: _, ...call } = chatCall({}, { model });

    expect(await failureOf(provider.call(call))).toMatchObject({ errorClass: 'authentication' });
  });
});

describe('a whole answer', () => {
  it('bifrost 3451: is a chat completion, cached tokens counted as input', async () => {
    server.reply(replay('anthropic/message.json'));
    const answer = readJson(await provider.call(chatCall({ tools }, { model })));

    expect(answer.document.choices[0]).toMatchObject({
      message: {
        content: 'Hi! Let me look.',
        reasoning_content: 'The user greets.',
        tool_calls: [
          {
            id: 'toolu_01D7FLrfh4GYq7yT1ULFeyMV',
            type: 'function',
            function: { name: 'get_weather', arguments: '{"location":"Paris"}' },
          },
        ],
      },
      finish_reason: 'tool_calls',
    });
    expect(answer.document.model).toBe('claude-sonnet-4-5-20250929');
    expect(answer.document.usage).toMatchObject({
      prompt_tokens: 2_125,
      prompt_tokens_details: { cached_tokens: 20, cache_write_tokens: 10 },
    });
    expect(answer.usage).toMatchObject({ inputTokens: 2_125, cachedInputTokens: 20, cacheWriteTokens: 10 });
  });
});

describe('reasoning goes on after a tool call when a client sends the message back', () => {
  const signed = { type: 'thinking', signature: expect.any(String) };

  async function sendBack(message: object) {
    server.reply(replay('anthropic/text.sse'));
    const tool = { role: 'tool', tool_call_id: 'toolu_01D7FLrfh4GYq7yT1ULFeyMV', content: 'Sunny.' };
    const messages = [{ role: 'user', content: 'Hi' }, message, tool];
    await readStream(await provider.call(chatCall({ messages, tools }, { model, stream: true })));
    return server.requests[0]?.body.messages;
  }

  it('as it was answered whole', async () => {
    server.reply(replay('anthropic/message.json'));
    const { document } = readJson(await provider.call(chatCall({ tools }, { model })));

    expect(await sendBack(document.choices[0].message)).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: [
          { ...signed, thinking: 'The user greets.' },
          { type: 'text' },
          { type: 'tool_use', input: { location: 'Paris' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_01D7FLrfh4GYq7yT1ULFeyMV', content: 'Sunny.' }],
      },
    ]);
  });

  it('as it was streamed', async () => {
    server.reply(replay('anthropic/reasoning.sse'));
    const { details } = await readStream(await provider.call(chatCall({}, { model, stream: true })));
    const id = 'toolu_01D7FLrfh4GYq7yT1ULFeyMV';
    const toolCall = { id, type: 'function', function: { name: 'get_weather', arguments: '{}' } };
    const messages = await sendBack({
      role: 'assistant',
      reasoning_details: details,
      tool_calls: [toolCall],
    });

    expect(messages).toMatchObject([
      {},
      { content: [{ ...signed, thinking: '27 * 453: 27 * 400 = 10800.' }, { type: 'tool_use' }] },
      {},
    ]);
  });
});

describe('a refusal by the API', () => {
  it.each([
    [400, 'invalid_request_error', 'max_tokens: must be at least 1', 'invalid_request'],
    [400, 'invalid_request_error', 'prompt is too long: 213462 tokens > 200000 maximum', 'context_length'],
    [400, 'invalid_request_error', 'Your credit balance is too low to access the API.', 'quota'],
    [401, 'authentication_error', 'invalid x-api-key', 'authentication'],
    [402, 'billing_error', 'Your account has unpaid invoices.', 'quota'],
    [403, 'permission_error', 'Your key may not use this model.', 'authentication'],
    [404, 'not_found_error', 'model: claude-9', 'not_found'],
    [413, 'request_too_large', 'Request exceeds the maximum size', 'invalid_request'],
    [429, 'rate_limit_error', 'This request would exceed your rate limit', 'rate_limit'],
    [500, 'api_error', 'Internal server error', 'server'],
    [529, 'overloaded_error', 'Overloaded', 'server'],
  ])('%i %s (%s) is of class %s', async (status, type, message, errorClass) => {
    for (const stream of [false, true]) {
      failWith(status, type, message);
      const error = await failureOf(provider.call(chatCall({ stream }, { model, stream })));

      expect(error).toMatchObject({ errorClass, status, detail: { message } });
    }
  });

  it('says how long to wait', async () => {
    failWith(429, 'rate_limit_error', 'Slow down', { 'retry-after': '7' });

    expect(await failureOf(provider.call(chatCall({}, { model })))).toMatchObject({ retryAfterMs: 7_000 });
  });

  it('never shows the key, the prompt or the whole error of the SDK', async () => {
    failWith(401, 'authentication_error', 'The key secret-key is not known');
    const call = chatCall({ messages: [{ role: 'user', content: 'my secret prompt' }] }, { model });
    const error = await failureOf(provider.call(call));

    expect(JSON.stringify([error, error.message, error.cause])).not.toMatch(/secret-key|secret prompt/);
    expect(error.cause).toBeUndefined();
  });

  it.each([
    ['a page of a proxy', 502, '<html>Bad gateway</html>', 'server'],
    ['an answer that is not JSON', 200, '<html>', 'malformed'],
    ['an answer of another kind', 200, '{"object":"list"}', 'malformed'],
    ['a redirect', 302, '', 'not_found'],
  ])('%s', async (_, status, body, errorClass) => {
    server.reply({ status, body, headers: { location: 'https://elsewhere.example/' } });

    expect(await failureOf(provider.call(chatCall({}, { model })))).toMatchObject({ errorClass });
  });
});

describe('the connection', () => {
  const timeouts = { connectMs: 500, firstTokenMs: 500, idleMs: 500, totalMs: 500 };

  it('that is refused is a network error', async () => {
    const nobody = createAnthropicProvider({ kind: 'anthropic', apiKeys: [], baseUrl: 'http://127.0.0.1:1' });

    expect(await failureOf(nobody.call(chatCall({}, { model })))).toMatchObject({ errorClass: 'network' });
  });

  it.each([
    ['the head', { delayMs: 300 }, { firstTokenMs: 40 }],
    [
      'the first token',
      { body: 'event: ping\ndata: {"type": "ping"}\n\n', ending: 'stall' },
      { firstTokenMs: 40 },
    ],
  ] as const)('that gives no %s in time times out', async (_, reply, limits) => {
    server.reply({ headers: { 'content-type': 'text/event-stream' }, ...reply });
    const call = chatCall({}, { model, stream: true, timeouts: { ...timeouts, ...limits } });

    expect(await failureOf(provider.call(call))).toMatchObject({ errorClass: 'timeout' });
  });

  it('that shows with pings that a model still thinks is left open, however long', async () => {
    server.reply(replay('anthropic/pings.sse', { pieceBytes: 64, pauseMs: 15 }));
    const limits = { ...timeouts, firstTokenMs: 250, idleMs: 150, totalMs: 5_000 };
    const answer = await provider.call(chatCall({}, { model, stream: true, timeouts: limits }));

    expect(await readStream(answer)).toMatchObject({ content: 'Ah. Grüße, 世界 🌍!', finishReason: 'stop' });
  });

  it('is used again after a stream was read to its end', async () => {
    server.reply(replay('anthropic/text.sse', { pieceBytes: 100 }));
    const before = server.connections();
    for (let round = 0; round < 3; round++) {
      await readStream(await provider.call(chatCall({}, { model, stream: true })));
      await delay(20);
    }

    expect(server.connections() - before).toBeLessThanOrEqual(1);
  });

  it('is closed when the caller leaves a stream', async () => {
    const before = server.abandoned();
    server.reply(replay('anthropic/cut-in-order.sse', { ending: 'stall' }));
    const answer = await provider.call(chatCall({}, { model, stream: true }));
    if (answer.kind === 'stream') for await (const _ of answer.events) break;

    await vi.waitFor(() => expect(server.abandoned()).toBe(before + 1));
  });
});
