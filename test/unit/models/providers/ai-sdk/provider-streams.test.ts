import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnthropicProvider } from '../../../../../lib/models/providers/anthropic/index.ts';
import { createBedrockProvider } from '../../../../../lib/models/providers/bedrock/index.ts';
import { createGoogleProvider } from '../../../../../lib/models/providers/google/index.ts';
import type { ModelProvider } from '../../../../../lib/plugin/index.ts';
import { chatCall, readStream, type StreamedAnswer } from '../support/calls.ts';
import { replay, startReplayServer } from '../support/replay-server.ts';

let server: Awaited<ReturnType<typeof startReplayServer>>;
let providers: Record<string, { provider: ModelProvider; model: string; extension: string }>;

beforeAll(async () => {
  server = await startReplayServer();
  const baseUrl = server.url;
  const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
  providers = {
    anthropic: {
      provider: createAnthropicProvider({ kind: 'anthropic', apiKeys: [], baseUrl }),
      model: 'claude-sonnet-4-5',
      extension: 'sse',
    },
    google: {
      provider: createGoogleProvider({ kind: 'google', apiKeys: [], baseUrl }),
      model: 'gemini-2.5-flash',
      extension: 'sse',
    },
    bedrock: {
      provider: createBedrockProvider({ kind: 'bedrock', region: 'eu-west-1', baseUrl }, { credentials }),
      model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
      extension: 'jsonl',
    },
  };
});
afterAll(() => server.close());

const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} } },
}));

async function streamOf(name: string, fixture: string, pieceBytes?: number): Promise<StreamedAnswer> {
  const { provider, model, extension } = providers[name] ?? {};
  if (!provider || !model) throw new Error(`no provider ${name}`);
  server.reply(replay(`${name}/${fixture}.${extension}`, pieceBytes === undefined ? {} : { pieceBytes }));
  const apiKey = name === 'bedrock' ? {} : { apiKey: 'secret-key' };
  const { apiKey: _, ...call } = chatCall({ tools, stream: true }, { model, stream: true });
  return readStream(await provider.call({ ...call, ...apiKey }));
}

function usage(inputTokens: number, outputTokens: number, parts: Partial<Record<string, number>> = {}) {
  const rest = { cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, estimated: false };
  return { inputTokens, outputTokens, ...rest, ...parts };
}

const greeting = { content: 'Grüße, 世界 🌍!', finishReason: 'stop' };
const weather = { name: 'get_weather' };

const answers: [provider: string, fixture: string, expected: object, usage: object][] = [
  ['anthropic', 'text', greeting, usage(25, 15)],
  ['google', 'text', greeting, usage(8, 7)],
  ['bedrock', 'text', greeting, usage(22, 9)],
  [
    'anthropic',
    'tool-call',
    {
      content: 'Let me check.',
      toolCalls: [
        {
          ...weather,
          id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
          arguments: '{"location": "San Francisco, CA"}',
        },
      ],
      finishReason: 'tool_calls',
    },
    usage(472, 89),
  ],
  [
    'google',
    'tool-call',
    {
      toolCalls: [{ ...weather, id: expect.any(String), arguments: '{"location":"Paris"}' }],
      finishReason: 'tool_calls',
    },
    usage(60, 18),
  ],
  [
    'bedrock',
    'tool-call',
    {
      content: 'Let me check.',
      toolCalls: [{ ...weather, id: 'tooluse_kZJMlvQmRJ6eAyJE5GIl7Q', arguments: '{"location": "Paris"}' }],
      finishReason: 'tool_calls',
    },
    usage(400, 60),
  ],
  [
    'anthropic',
    'parallel-tool-calls',
    {
      toolCalls: [
        { ...weather, id: 'toolu_A', arguments: '{"location": "Paris"}' },
        { name: 'get_time', id: 'toolu_B', arguments: '{}' },
      ],
    },
    usage(400, 60),
  ],
  [
    'google',
    'parallel-tool-calls',
    {
      toolCalls: [
        { ...weather, id: 'call-1', arguments: '{"location":"Paris"}' },
        { name: 'get_time', id: 'call-2', arguments: '{}' },
      ],
      finishReason: 'tool_calls',
    },
    usage(60, 30),
  ],
  [
    'bedrock',
    'parallel-tool-calls',
    {
      toolCalls: [
        { ...weather, id: 'tooluse_A', arguments: '{"location": "Paris"}' },
        { name: 'get_time', id: 'tooluse_B', arguments: '{}' },
      ],
    },
    usage(400, 60),
  ],
  [
    'anthropic',
    'reasoning',
    { reasoning: '27 * 453: 27 * 400 = 10800.', content: '27 * 453 = 12,231' },
    usage(25, 140, { reasoningTokens: 96 }),
  ],
  [
    'google',
    'reasoning',
    { reasoning: 'Adding the digits.', content: 'The answer is 9.' },
    usage(12, 46, { reasoningTokens: 40 }),
  ],
  ['bedrock', 'reasoning', { reasoning: '27 * 400 = 10800.', content: '27 * 453 = 12,231' }, usage(44, 140)],
  [
    'anthropic',
    'cached',
    { content: 'Cached.' },
    usage(2_098, 503, { cachedInputTokens: 1_800, cacheWriteTokens: 248 }),
  ],
  ['google', 'cached', { content: 'Cached.' }, usage(2_000, 5, { cachedInputTokens: 1_500 })],
  [
    'bedrock',
    'cached',
    { content: 'Cached.' },
    usage(2_098, 503, { cachedInputTokens: 1_800, cacheWriteTokens: 248 }),
  ],
  ['anthropic', 'length', { finishReason: 'length' }, usage(25, 3)],
  ['google', 'length', { finishReason: 'length' }, usage(8, 3)],
  ['bedrock', 'length', { finishReason: 'length' }, usage(8, 3)],
  ['anthropic', 'refusal', { content: 'I', finishReason: 'content_filter' }, usage(25, 2)],
  ['google', 'safety', { content: 'I ', finishReason: 'content_filter' }, usage(8, 1)],
  ['google', 'prompt-blocked', { content: '', finishReason: 'content_filter' }, usage(9, 0)],
  ['bedrock', 'guardrail', { finishReason: 'content_filter' }, usage(8, 0)],
];

describe('a recorded stream becomes chat completion chunks', () => {
  it.each(answers)('%s: %s', async (name, fixture, expected, expectedUsage) => {
    const answer = await streamOf(name, fixture);

    expect(answer.error).toBeUndefined();
    expect(answer).toMatchObject(expected);
    expect(answer.events.at(-1)).toMatchObject({ usageOnly: true, usage: expectedUsage });
  });

  it.each(answers)('however its bytes are cut: %s: %s', async (name, fixture, expected) => {
    for (const pieceBytes of [1, 13]) {
      expect(await streamOf(name, fixture, pieceBytes)).toMatchObject(expected);
    }
  });
});

it('names the model as the provider does, where its first event says so', async () => {
  const { chunks } = await streamOf('anthropic', 'text');

  expect(new Set(chunks.map(({ model }) => model))).toEqual(new Set(['claude-sonnet-4-5-20250929']));
});

describe('every chunk is one that OpenAI could have sent', () => {
  it.each(['anthropic', 'google', 'bedrock'])('%s', async (name) => {
    const { chunks, events } = await streamOf(name, 'tool-call');
    const { id, created, model } = chunks[0] ?? {};

    expect(id).toMatch(/^chatcmpl-/);
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ id, object: 'chat.completion.chunk', created, model });
    }
    expect(chunks[0]).toMatchObject({ choices: [{ index: 0, delta: { role: 'assistant' } }] });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
    expect(chunks.filter((chunk) => Array.isArray(chunk.choices) && chunk.choices.length === 0)).toHaveLength(
      1,
    );
    expect(events.map((event) => event.finishReason).filter(Boolean)).toEqual(['tool_calls']);
  });
});

describe('a stream that does not end well', () => {
  it.each([
    ['anthropic', 'overloaded-later', 'server'],
    ['anthropic', 'cut', 'cut'],
    ['anthropic', 'cut-in-order', 'cut'],
    ['anthropic', 'malformed', 'malformed'],
    ['google', 'error-later', 'server'],
    ['google', 'cut', 'cut'],
    ['google', 'cut-in-order', 'cut'],
    ['google', 'malformed', 'malformed'],
    ['bedrock', 'error-later', 'server'],
    ['bedrock', 'cut-in-order', 'cut'],
  ])('%s: %s gives what came before, then an error of class %s', async (name, fixture, errorClass) => {
    const answer = await streamOf(name, fixture);

    expect(answer.content).toBe('Hello');
    expect(answer.finishReason).toBeNull();
    expect(answer.error?.errorClass).toBe(errorClass);
  });

  it.each([
    ['anthropic', 'overloaded-first', 'server'],
    ['bedrock', 'throttled-first', 'rate_limit'],
  ])(
    '%s: %s fails the call itself, so that another target can be tried',
    async (name, fixture, errorClass) => {
      await expect(streamOf(name, fixture)).rejects.toMatchObject({ errorClass });
    },
  );

  it.each(['anthropic', 'google', 'bedrock'])('%s: a connection that breaks is a cut', async (name) => {
    const { provider, model, extension } = providers[name] ?? {};
    const fixture = replay(`${name}/cut-in-order.${extension}`, { ending: 'reset' });
    server.reply(fixture);
    const answer = await provider?.call(chatCall({}, { model: model ?? '', stream: true }));

    expect(answer && (await readStream(answer)).error?.errorClass).toBe('cut');
  });
});
