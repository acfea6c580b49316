import type {
  LanguageModelV2,
  LanguageModelV2CallOptions,
  LanguageModelV2StreamPart,
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';

const supportedUrls = { 'image/*': [/^https:/] };
const nested = {
  inputTokens: { total: 10, noCache: 6, cacheRead: 4, cacheWrite: 0 },
  outputTokens: { total: 5, text: 3, reasoning: 2 },
};
const image = 'iVBORw0K';

/** Models of each version that answer the same: a thought, "Hello", an image and a tool call. */
export const fakeModels = {
  v2(seen: (options: LanguageModelV2CallOptions) => void): LanguageModelV2 {
    const usage = {
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
      cachedInputTokens: 4,
      reasoningTokens: 2,
    };
    const call = {
      type: 'tool-call',
      toolCallId: 'call_1',
      toolName: 'now',
      input: '{"zone":"UTC"}',
    } as const;
    const parts: LanguageModelV2StreamPart[] = [
      { type: 'stream-start', warnings: [{ type: 'other', message: 'nothing to see' }] },
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
      { type: 'reasoning-end', id: 'r' },
      { type: 'text-delta', id: 't', delta: 'Hello' },
      { type: 'file', mediaType: 'image/png', data: image },
      call,
      { type: 'finish', finishReason: 'tool-calls', usage },
    ];
    return {
      specificationVersion: 'v2',
      provider: 'fake',
      modelId: 'fake-2',
      supportedUrls,
      async doGenerate(options) {
        seen(options);
        return {
          content: [
            { type: 'reasoning', text: 'Hm.' },
            { type: 'text', text: 'Hello' },
            { type: 'file', mediaType: 'image/png', data: image },
            call,
          ],
          finishReason: 'tool-calls',
          usage,
          warnings: [],
        };
      },
      async doStream(options) {
        seen(options);
        return { stream: ReadableStream.from(parts) };
      },
    };
  },

  v3(seen: (options: LanguageModelV3CallOptions) => void): LanguageModelV3 {
    const call = {
      type: 'tool-call',
      toolCallId: 'call_1',
      toolName: 'now',
      input: '{"zone":"UTC"}',
    } as const;
    const finishReason = { unified: 'tool-calls', raw: 'tool_use' } as const;
    const parts: LanguageModelV3StreamPart[] = [
      { type: 'stream-start', warnings: [{ type: 'compatibility', feature: 'x' }] },
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
      { type: 'reasoning-end', id: 'r' },
      { type: 'text-delta', id: 't', delta: 'Hello' },
      { type: 'file', mediaType: 'image/png', data: image },
      { type: 'tool-input-start', id: 'call_1', toolName: 'now' },
      { type: 'tool-input-delta', id: 'call_1', delta: '{"zone":' },
      { type: 'tool-input-delta', id: 'call_1', delta: '"UTC"}' },
      { type: 'tool-input-end', id: 'call_1' },
      call,
      { type: 'finish', finishReason, usage: nested },
    ];
    return {
      specificationVersion: 'v3',
      provider: 'fake',
      modelId: 'fake-3',
      supportedUrls,
      async doGenerate(options) {
        seen(options);
        return {
          content: [
            { type: 'reasoning', text: 'Hm.' },
            { type: 'text', text: 'Hello' },
            { type: 'file', mediaType: 'image/png', data: image },
            call,
          ],
          finishReason,
          usage: nested,
          warnings: [],
        };
      },
      async doStream(options) {
        seen(options);
        return { stream: ReadableStream.from(parts) };
      },
    };
  },

  v4(seen: (options: LanguageModelV4CallOptions) => void): LanguageModelV4 {
    const call = {
      type: 'tool-call',
      toolCallId: 'call_1',
      toolName: 'now',
      input: '{"zone":"UTC"}',
    } as const;
    const finishReason = { unified: 'tool-calls', raw: 'tool_use' } as const;
    const file = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: image } } as const;
    return streamingModel(
      [
        { type: 'stream-start', warnings: [{ type: 'deprecated', setting: 'x', message: 'y' }] },
        { type: 'ping' },
        { type: 'reasoning-start', id: 'r' },
        { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
        { type: 'reasoning-end', id: 'r' },
        { type: 'text-delta', id: 't', delta: 'Hello' },
        file,
        { type: 'tool-input-start', id: 'call_1', toolName: 'now', inputEncoding: 'text' },
        { type: 'tool-input-delta', id: 'call_1', delta: 'zone: UTC' },
        call,
        { type: 'finish', finishReason, usage: nested },
      ],
      {
        async doGenerate(options) {
          seen(options);
          return {
            content: [{ type: 'reasoning', text: 'Hm.' }, { type: 'text', text: 'Hello' }, file, call],
            finishReason,
            usage: nested,
            warnings: [],
          };
        },
      },
      seen,
    );
  },
};

/** A model of version 4 that streams these parts; other behaviour can be given. */
export function streamingModel(
  parts: Iterable<LanguageModelV4StreamPart> | AsyncIterable<LanguageModelV4StreamPart>,
  overrides: Partial<LanguageModelV4> = {},
  seen: (options: LanguageModelV4CallOptions) => void = () => undefined,
): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'fake',
    modelId: 'fake-4',
    supportedUrls,
    doGenerate: () => Promise.reject(new Error('not part of this test')),
    async doStream(options) {
      seen(options);
      return { stream: ReadableStream.from(parts) };
    },
    ...overrides,
  };
}
