import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGoogleProvider } from '../../../../../lib/models/providers/google/index.ts';
import type { ModelProvider } from '../../../../../lib/plugin/index.ts';
import { chatCall, failureOf, readJson, readStream } from '../support/calls.ts';
import { replay, startReplayServer } from '../support/replay-server.ts';

let server: Awaited<ReturnType<typeof startReplayServer>>;
let provider: ModelProvider;

beforeAll(async () => {
  server = await startReplayServer();
  provider = createGoogleProvider({ kind: 'google', apiKeys: [], baseUrl: server.url });
});
afterAll(() => server.close());

const model = 'gemini-2.5-flash';
const tools = [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }];
const embeddingCall = (body: object) =>
  ({
    ...chatCall(),
    operation: 'embeddings',
    model: 'gemini-embedding-001',
    body: { model: 'a', ...body },
  }) as const;

describe('a request', () => {
  it('is one of the Gemini API', async () => {
    server.reply(replay('google/generate-content.json'));
    await provider.call(
      chatCall(
        {
          messages: [
            { role: 'system', content: 'Be brief.' },
            {
              role: 'user',
              content: [{ type: 'image_url', image_url: { url: 'https://pictures.example/cat.png' } }],
            },
          ],
          max_completion_tokens: 100,
          seed: 7,
          reasoning_effort: 'low',
          response_format: { type: 'json_object' },
        },
        { model },
      ),
    );

    expect(server.requests[0]).toMatchObject({
      url: `/models/${model}:generateContent`,
      headers: { 'x-goog-api-key': 'secret-key' },
      body: {
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        contents: [
          {
            role: 'user',
            parts: [{ fileData: { mimeType: 'image/png', fileUri: 'https://pictures.example/cat.png' } }],
          },
        ],
        generationConfig: {
          maxOutputTokens: 100,
          seed: 7,
          responseMimeType: 'application/json',
          thinkingConfig: { includeThoughts: true, thinkingBudget: expect.any(Number) },
        },
      },
    });
  });

  it('for one tool call at a time is refused', async () => {
    const call = chatCall({ tools, parallel_tool_calls: false }, { model });

    expect(await failureOf(provider.call(call))).toMatchObject({
      errorClass: 'unsupported_parameter',
      detail: { param: 'parallel_tool_calls' },
    });
  });
});

it('LiteLLM 14849: a whole answer is a chat completion, cached tokens counted once, reasoning as output', async () => {
  server.reply(replay('google/generate-content.json'));
  const answer = readJson(await provider.call(chatCall({ tools }, { model })));

  expect(answer.document.choices[0]).toMatchObject({
    message: { content: 'Hi! ', reasoning_content: 'Weighing it.' },
    finish_reason: 'tool_calls',
  });
  expect(answer.usage).toEqual({
    inputTokens: 100,
    cachedInputTokens: 64,
    cacheWriteTokens: 0,
    outputTokens: 50,
    reasoningTokens: 30,
    estimated: false,
  });
});

describe("a tool call's signature comes back to the model", () => {
  const signature = { thoughtSignature: 'CtQBAVSoXO4WzVqM2xqS' };

  it('when a client sends a streamed call back', async () => {
    server.reply(replay('google/tool-call.sse'));
    const { chunks } = await readStream(await provider.call(chatCall({ tools }, { model, stream: true })));
    const deltas = chunks.flatMap(({ choices }) =>
      Array.isArray(choices) ? (choices[0]?.delta.tool_calls ?? []) : [],
    );
    const metadata = deltas.find((delta) => delta.provider_metadata)?.provider_metadata;
    expect(metadata).toEqual({ google: signature });

    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: 'get_weather', arguments: '{"location":"Paris"}' },
      provider_metadata: metadata,
    };
    server.reply(replay('google/text.sse'));
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: 'Sunny.' },
    ];
    await readStream(await provider.call(chatCall({ messages, tools }, { model, stream: true })));

    expect(server.requests[0]?.body.contents).toMatchObject([
      {},
      {
        role: 'model',
        parts: [{ functionCall: { name: 'get_weather', args: { location: 'Paris' } }, ...signature }],
      },
      { role: 'user', parts: [{ functionResponse: { name: 'get_weather' } }] },
    ]);
  });
});

describe('embeddings', () => {
  it('of several texts, as numbers', async () => {
    server.reply(replay('google/batch-embed-contents.json'));
    const answer = readJson(await provider.call(embeddingCall({ input: ['one', 'two'], dimensions: 3 })));

    expect(answer.document).toEqual({
      object: 'list',
      model: 'gemini-embedding-001',
      data: [
        { object: 'embedding', index: 0, embedding: [0.25, -0.5, 0.125] },
        { object: 'embedding', index: 1, embedding: [0.5, 0.75, -1] },
      ],
      usage: { prompt_tokens: 2, total_tokens: 2 },
    });
    expect(answer.usage).toMatchObject({ inputTokens: 2, estimated: true });
    expect(server.requests[0]?.body.requests).toMatchObject([{ outputDimensionality: 3 }, {}]);
  });

  it('in base64, with the tokens that the API reports', async () => {
    server.reply(replay('google/embed-content.json'));
    const answer = readJson(await provider.call(embeddingCall({ input: 'one', encoding_format: 'base64' })));
    const bytes = Buffer.from(answer.document.data[0].embedding, 'base64');

    expect([0, 4, 8].map((offset) => bytes.readFloatLE(offset))).toEqual([0.25, -0.5, 0.125]);
    expect(answer.usage).toMatchObject({ inputTokens: 4, estimated: false });
  });

  it('of more texts than one request takes are asked for in several, in order', async () => {
    const embeddings = (from: number, count: number) => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        embeddings: Array.from({ length: count }, (_, index) => ({ values: [from + index] })),
      }),
    });
    server.reply(embeddings(0, 100), embeddings(100, 20));
    const input = Array.from({ length: 120 }, (_, index) => `text ${index}`);
    const { document } = readJson(await provider.call(embeddingCall({ input })));

    expect(server.requests).toHaveLength(2);
    const sizes = server.requests.map(({ body }) => Array.isArray(body.requests) && body.requests.length);
    expect(sizes.toSorted()).toEqual([100, 20]);
    expect(document.data.map((one: { index: number }) => one.index)).toEqual([...input.keys()]);
  });

  it.each([
    ['input', { input: [1, 2, 3] }],
    ['encoding_format', { input: 'one', encoding_format: 'int8' }],
    ['task', { input: 'one', task: 'search' }],
  ])('with a %s that is not supported are refused', async (param, body) => {
    expect(await failureOf(provider.call(embeddingCall(body)))).toMatchObject({
      errorClass: 'unsupported_parameter',
      detail: { param },
    });
  });
});

describe('a refusal by the API', () => {
  const invalidKey = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
  const wait = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '23.5s' }];

  it.each([
    [400, 'INVALID_ARGUMENT', 'API key not valid.', invalidKey, 'authentication'],
    [
      400,
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed',
      [],
      'context_length',
    ],
    [400, 'INVALID_ARGUMENT', 'Invalid value at contents[0]', [], 'invalid_request'],
    [403, 'PERMISSION_DENIED', 'Billing is off.', [{ reason: 'BILLING_DISABLED' }], 'quota'],
    [404, 'NOT_FOUND', 'models/gemini-9 is not found', [], 'not_found'],
    [429, 'RESOURCE_EXHAUSTED', 'Quota exceeded', wait, 'rate_limit'],
    [503, 'UNAVAILABLE', 'The model is overloaded.', [], 'server'],
  ])('%i %s (%s) has its class', async (status, code, message, details, errorClass) => {
    server.reply({
      status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error: { code: status, message, status: code, details } }),
    });
    const error = await failureOf(provider.call(chatCall({}, { model, stream: true })));

    expect(error).toMatchObject({ errorClass, status, detail: { message } });
    expect(error.retryAfterMs).toBe(details === wait ? 23_500 : undefined);
  });
});
