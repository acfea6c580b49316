import { setTimeout as delay } from 'node:timers/promises';
import {
  type EmbeddingModelV2,
  type EmbeddingModelV3,
  type LanguageModelV4,
  type LanguageModelV4StreamPart,
  NoSuchModelError,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { describe, expect, it, vi } from 'vitest';
import {
  type AiSdkProviderOptions,
  createAiSdkProvider,
  type LanguageModel,
} from '../../../../../lib/models/providers/ai-sdk/index.ts';
import { UpstreamError } from '../../../../../lib/plugin/index.ts';
import { chatCall, failureOf, readJson, readStream } from '../support/calls.ts';
import { fakeModels, streamingModel } from '../support/fake-models.ts';

const providerOf = (model: LanguageModel, options: Partial<AiSdkProviderOptions> = {}) =>
  createAiSdkProvider({ providerName: 'fake', languageModel: async () => model, ...options });
const streamCall = (fields = {}, call = {}) =>
  chatCall({ stream: true, ...fields }, { stream: true, ...call });

const finish: LanguageModelV4StreamPart = {
  type: 'finish',
  finishReason: { unified: 'stop', raw: 'end' },
  usage: {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  },
};
const text = (delta: string): LanguageModelV4StreamPart => ({ type: 'text-delta', id: 't', delta });

const versions = ['v2', 'v3', 'v4'] as const;
const now = { name: 'now', id: 'call_1', arguments: '{"zone":"UTC"}' };
const usage = {
  inputTokens: 10,
  cachedInputTokens: 4,
  cacheWriteTokens: 0,
  outputTokens: 5,
  reasoningTokens: 2,
  estimated: false,
};

describe('models of every version of the specification answer alike', () => {
  it.each(versions)('%s, streamed', async (version) => {
    const onAnswerStarted = vi.fn();
    const provider = providerOf(fakeModels[version](() => undefined));
    const answer = await readStream(await provider.call(streamCall({}, { onAnswerStarted })));

    expect(answer).toMatchObject({
      content: 'Hello',
      reasoning: 'Hm.',
      toolCalls: [now],
      finishReason: 'tool_calls',
    });
    expect(answer.chunks).toContainEqual(
      expect.objectContaining({
        choices: [
          expect.objectContaining({
            delta: { images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0K' } }] },
          }),
        ],
      }),
    );
    expect(answer.events.at(-1)?.usage).toEqual(usage);
    expect(onAnswerStarted).toHaveBeenCalledOnce();
  });

  it.each(versions)('%s, whole', async (version) => {
    const onAnswerStarted = vi.fn();
    const provider = providerOf(fakeModels[version](() => undefined));
    const answer = readJson(await provider.call(chatCall({}, { onAnswerStarted })));

    expect(answer.document).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'the-model',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Hello',
            refusal: null,
            reasoning_content: 'Hm.',
            tool_calls: [
              { id: 'call_1', type: 'function', function: { name: 'now', arguments: '{"zone":"UTC"}' } },
            ],
            images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0K' } }],
          },
          logprobs: null,
          finish_reason: 'tool_calls',
        },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 15,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    });
    expect(answer).toMatchObject({ usage, finishReasons: ['tool_calls'] });
    expect(answer.text()).toBe('HelloHm.now{"zone":"UTC"}');
    expect(onAnswerStarted).toHaveBeenCalledOnce();
  });

  it.each([
    ['v2', 'iVBORw0K', new URL('https://a.example/a.png')],
    ['v3', 'iVBORw0K', new URL('https://a.example/a.png')],
    ['v4', { type: 'data', data: 'iVBORw0K' }, { type: 'url', url: new URL('https://a.example/a.png') }],
  ] as const)('%s gets files and settings in its own form', async (version, data, url) => {
    const seen = vi.fn();
    const content = ['data:image/png;base64,iVBORw0K', 'https://a.example/a.png'].map((image) => ({
      type: 'image_url',
      image_url: { url: image },
    }));
    const tools = [{ type: 'function', function: { name: 'now' } }];
    const body = { messages: [{ role: 'user', content }], temperature: 0.5, stop: 'x', tools };
    await providerOf(fakeModels[version](seen)).call(chatCall(body));

    expect(seen).toHaveBeenCalledWith({
      prompt: [
        {
          role: 'user',
          content: [
            { type: 'file', mediaType: 'image/png', data },
            { type: 'file', mediaType: 'image/png', data: url },
          ],
        },
      ],
      temperature: 0.5,
      stopSequences: ['x'],
      tools: [{ type: 'function', name: 'now', inputSchema: { type: 'object', properties: {} } }],
      abortSignal: expect.any(AbortSignal),
    });
  });

  it.each([
    ['v2', 'reasoning_effort', { reasoning_effort: 'low' }],
    ['v3', 'reasoning_effort', { reasoning_effort: 'low' }],
    [
      'v2',
      'tools[0].function.strict',
      { tools: [{ type: 'function', function: { name: 'now', strict: true } }] },
    ],
  ] as const)('%s has no place for %s, which is refused', async (version, param, body) => {
    const seen = vi.fn();
    const error = await failureOf(providerOf(fakeModels[version](seen)).call(chatCall(body)));

    expect(error).toMatchObject({ errorClass: 'unsupported_parameter', detail: { param } });
    expect(seen).not.toHaveBeenCalled();
  });
});

describe('what a model would leave out, it says, and the caller is told', () => {
  const warned = {
    type: 'unsupported',
    feature: 'topP',
    details: 'topP is not supported. topP is ignored.',
  } as const;

  it('in a stream, before any content', async () => {
    const model = streamingModel([{ type: 'stream-start', warnings: [warned] }, text('Hi'), finish]);

    expect(await failureOf(providerOf(model).call(streamCall()))).toMatchObject({
      errorClass: 'unsupported_parameter',
      status: 400,
      detail: { param: 'top_p', code: 'unsupported_parameter' },
      message:
        'top_p: the model does not support this as sent (topP is not supported); change it or leave it out.',
    });
  });

  it('and the model is stopped', async () => {
    const seen = vi.fn();
    const model = streamingModel(
      [{ type: 'stream-start', warnings: [warned] }, text('Hi'), finish],
      {},
      seen,
    );
    await failureOf(providerOf(model).call(streamCall()));

    expect(seen.mock.calls[0]?.[0].abortSignal.aborted).toBe(true);
  });

  it('in a whole answer', async () => {
    const model = fakeModels.v4(() => undefined);
    const doGenerate: LanguageModelV4['doGenerate'] = async (options) => ({
      ...(await model.doGenerate(options)),
      warnings: [{ type: 'unsupported', feature: 'maxOutputTokens' }],
    });
    const call = chatCall({ max_tokens: 1_000_000 });

    expect(await failureOf(providerOf({ ...model, doGenerate }).call(call))).toMatchObject({
      errorClass: 'unsupported_parameter',
      detail: { param: 'max_tokens' },
    });
  });
});

describe('how a stream ends', () => {
  it.each([
    ['stop', 'end', 'stop'],
    ['length', 'max', 'length'],
    ['content-filter', 'safety', 'content_filter'],
    ['tool-calls', 'tool', 'tool_calls'],
    ['other', 'strange', 'stop'],
  ] as const)('%s (%s) is the finish reason %s', async (unified, raw, expected) => {
    const model = streamingModel([text('Hi'), { ...finish, finishReason: { unified, raw } }]);

    expect((await readStream(await providerOf(model).call(streamCall()))).finishReason).toBe(expected);
  });

  it.each([
    ['interrupted', undefined, 'cut'],
    ['other', undefined, 'cut'],
    ['error', 'MALFORMED_FUNCTION_CALL', 'server'],
  ] as const)('%s (%s) is an error of class %s', async (unified, raw, errorClass) => {
    const model = streamingModel([text('Hi'), { ...finish, finishReason: { unified, raw } }]);
    const answer = await readStream(await providerOf(model).call(streamCall()));

    expect(answer.error?.errorClass).toBe(errorClass);
    expect(answer.content).toBe('Hi');
  });

  it('a version 2 model that never learnt why it finished was cut', async () => {
    const model = fakeModels.v2(() => undefined);
    const parts = [
      { type: 'text-delta', id: 't', delta: 'Hi' },
      {
        type: 'finish',
        finishReason: 'unknown',
        usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      },
    ] as const;
    const doStream = async () => ({ stream: ReadableStream.from(parts) });
    const answer = await readStream(await providerOf({ ...model, doStream }).call(streamCall()));

    expect(answer.error?.errorClass).toBe('cut');
  });

  it('with usage: null in every chunk but the last, where the caller asked for usage', async () => {
    const provider = providerOf(streamingModel([text('Hi'), finish]));
    const asked = await readStream(
      await provider.call(streamCall({ stream_options: { include_usage: true } })),
    );

    expect(asked.chunks.map((chunk) => chunk.usage)).toEqual([null, null, expect.any(Object)]);
  });
});

describe('time-outs and cancellation', () => {
  const timeouts = { connectMs: 1_000, firstTokenMs: 1_000, idleMs: 1_000, totalMs: 1_000 };
  async function* slowly(...parts: (LanguageModelV4StreamPart | number)[]) {
    for (const part of parts) {
      if (typeof part === 'number') await delay(part);
      else yield part;
    }
  }
  const never = () => new Promise<never>(() => undefined);

  it.each([
    ['no answer', { doStream: never }, { firstTokenMs: 30 }],
    ['no content', streamingModel(slowly({ type: 'ping' }, 500, text('Hi'))), { firstTokenMs: 30 }],
    ['no content in time for the whole', { doStream: never }, { totalMs: 30 }],
  ])('%s: the call itself times out, though the model does not heed its signal', async (_, model, limits) => {
    const provider = providerOf({ ...streamingModel([]), ...model });
    const call = streamCall({}, { timeouts: { ...timeouts, ...limits } });

    expect(await failureOf(provider.call(call))).toMatchObject({ errorClass: 'timeout' });
  });

  it('a whole answer has only the total time', async () => {
    const provider = providerOf(streamingModel([], { doGenerate: never }));
    const call = chatCall({}, { timeouts: { ...timeouts, firstTokenMs: 1, totalMs: 30 } });

    expect(await failureOf(provider.call(call))).toMatchObject({
      errorClass: 'timeout',
      message: 'fake: no sign of the whole answer within 30 ms',
    });
  });

  it('a stall after content times out by the idle time, which does not count before it', async () => {
    const model = streamingModel(slowly(60, text('Hi'), 500, text('you'), finish));
    const call = streamCall({}, { timeouts: { ...timeouts, idleMs: 30 } });
    const answer = await readStream(await providerOf(model).call(call));

    expect(answer).toMatchObject({ content: 'Hi', error: { errorClass: 'timeout' } });
  });

  it('pings keep a stream alive', async () => {
    const pings = [20, { type: 'ping' }, 20, { type: 'ping' }, 20] as const;
    const model = streamingModel(slowly(text('Hi'), ...pings, text(' you'), finish));
    const call = streamCall({}, { timeouts: { ...timeouts, idleMs: 50 } });

    expect((await readStream(await providerOf(model).call(call))).content).toBe('Hi you');
  });

  it('a caller who goes away cancels the call and the model', async () => {
    const controller = new AbortController();
    const seen = vi.fn();
    const model = streamingModel(slowly(text('Hi'), 500, finish), {}, seen);
    const answer = providerOf(model).call(streamCall({}, { signal: controller.signal }));
    const reading = answer.then(readStream);
    await answer;
    controller.abort();

    expect((await reading).error?.errorClass).toBe('cancelled');
    expect(seen.mock.calls[0]?.[0].abortSignal.aborted).toBe(true);
  });

  it('a signal that was aborted before, with a reason of ours, gives that reason', async () => {
    const reason = new UpstreamError('timeout', 'the deadline has passed');
    const call = chatCall({}, { signal: AbortSignal.abort(reason) });

    expect(await failureOf(providerOf(fakeModels.v4(() => undefined)).call(call))).toBe(reason);
  });

  it('leaving the stream early ends the model', async () => {
    let left = false;
    async function* endless() {
      try {
        for (;;) {
          yield text('Hi');
          await delay(1);
        }
      } finally {
        left = true;
      }
    }
    const seen = vi.fn();
    const answer = await providerOf(streamingModel(endless(), {}, seen)).call(streamCall());
    if (answer.kind === 'stream') for await (const _ of answer.events) break;

    await vi.waitFor(() => expect(left).toBe(true));
    expect(seen.mock.calls[0]?.[0].abortSignal.aborted).toBe(true);
  });
});

describe("the AI SDK's own errors", () => {
  it.each([
    ['unsupported_parameter', new UnsupportedFunctionalityError({ functionality: 'audio' })],
    ['not_found', new NoSuchModelError({ modelId: 'x', modelType: 'languageModel' })],
    ['server', new TypeError('a bug')],
  ])('%s: %s', async (errorClass, error) => {
    const model = streamingModel([], { doGenerate: () => Promise.reject(error) });

    expect(await failureOf(providerOf(model).call(chatCall()))).toMatchObject({ errorClass });
  });
});

describe('embedding models of older versions', () => {
  const v2: EmbeddingModelV2<string> = {
    specificationVersion: 'v2',
    provider: 'fake',
    modelId: 'fake-2',
    maxEmbeddingsPerCall: 1,
    supportsParallelCalls: false,
    doEmbed: async ({ values }) => ({
      embeddings: values.map((value) => [value.length]),
      usage: { tokens: 3 },
    }),
  };
  const v3: EmbeddingModelV3 = {
    ...v2,
    specificationVersion: 'v3',
    maxEmbeddingsPerCall: undefined,
    doEmbed: async ({ values }) => ({ ...(await v2.doEmbed({ values })), warnings: [] }),
  };
  const embeddingCall = (body: object) =>
    ({ ...chatCall(), operation: 'embeddings', body: { model: 'a', input: ['a', 'bc'], ...body } }) as const;

  it.each([
    ['v2, one text at a time', v2, 6],
    ['v3, all texts at once', v3, 3],
  ])('%s', async (_, model, inputTokens) => {
    const provider = providerOf(
      fakeModels.v4(() => undefined),
      { embeddingModel: async () => model },
    );
    const answer = readJson(await provider.call(embeddingCall({})));

    expect(answer.document.data).toMatchObject([{ embedding: [1] }, { embedding: [2] }]);
    expect(answer.usage).toMatchObject({ inputTokens, estimated: false });
  });

  it('have no place for dimensions, which are refused', async () => {
    const provider = providerOf(
      fakeModels.v4(() => undefined),
      { embeddingModel: async () => v3 },
    );

    expect(await failureOf(provider.call(embeddingCall({ dimensions: 3 })))).toMatchObject({
      errorClass: 'unsupported_parameter',
      detail: { param: 'dimensions' },
    });
  });
});

it('a provider without embeddings does not have the model', async () => {
  const provider = providerOf(fakeModels.v4(() => undefined));
  const call = { ...chatCall(), operation: 'embeddings', body: { model: 'a', input: 'Hi' } } as const;

  expect(await failureOf(provider.call(call))).toMatchObject({ errorClass: 'not_found' });
});
