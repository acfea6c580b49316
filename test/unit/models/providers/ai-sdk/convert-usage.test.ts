import { describe, expect, it } from 'vitest';
import { convertUsage, toOpenAiUsage } from '../../../../../lib/models/providers/ai-sdk/convert-usage.ts';
import { convertV2Usage } from '../../../../../lib/models/providers/ai-sdk/convert-v2-usage.ts';

const unknown = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
const noOutput = { total: undefined, text: undefined, reasoning: undefined };
const tokens = (
  inputTokens: number,
  cachedInputTokens: number,
  cacheWriteTokens: number,
  outputTokens: number,
  reasoningTokens: number,
) => ({ inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens, estimated: false });

describe('totals contain their parts', () => {
  it.each([
    [
      'totals that do',
      { total: 100, noCache: 40, cacheRead: 50, cacheWrite: 10 },
      { total: 30, text: 10, reasoning: 20 },
      tokens(100, 50, 10, 30, 20),
    ],
    [
      'a total without what was cached',
      { total: 40, noCache: 40, cacheRead: 50, cacheWrite: 10 },
      { total: 30, text: undefined, reasoning: 20 },
      tokens(100, 50, 10, 30, 20),
    ],
    [
      'a total without what was reasoned',
      { ...unknown, total: 5 },
      { total: 10, text: 10, reasoning: 20 },
      tokens(5, 0, 0, 30, 20),
    ],
    [
      'parts without a total',
      { ...unknown, noCache: 5, cacheRead: 7 },
      { ...noOutput, total: 1 },
      tokens(12, 7, 0, 1, 0),
    ],
    ['zeros', { ...unknown, total: 0 }, { ...noOutput, total: 0 }, tokens(0, 0, 0, 0, 0)],
    ['what is no number', { ...unknown, total: 5, cacheRead: Number.NaN }, noOutput, tokens(5, 0, 0, 0, 0)],
  ])('%s', (_, inputTokens, outputTokens, expected) => {
    expect(convertUsage({ inputTokens, outputTokens })).toEqual(expected);
  });

  it('LiteLLM 37992: nothing reported is null, not zero', () => {
    expect(convertUsage({ inputTokens: unknown, outputTokens: noOutput })).toBeNull();
  });
});

describe('the flat usage of version 2 means what the provider means by it', () => {
  it.each([
    [
      'anthropic.messages',
      { inputTokens: 50, outputTokens: 503, totalTokens: 553, cachedInputTokens: 1_800 },
      { anthropic: { cacheCreationInputTokens: 248 } },
      tokens(2_098, 1_800, 248, 503, 0),
    ],
    [
      'anthropic.messages',
      { inputTokens: 50, outputTokens: 5, totalTokens: 55, cachedInputTokens: 20 },
      undefined,
      tokens(70, 20, 0, 5, 0),
    ],
    [
      'amazon-bedrock',
      { inputTokens: 50, outputTokens: 503, totalTokens: 2_601, cachedInputTokens: 1_800 },
      { bedrock: { usage: { cacheWriteInputTokens: 248 } } },
      tokens(2_098, 1_800, 248, 503, 0),
    ],
    [
      'google.generative-ai',
      {
        inputTokens: 2_000,
        outputTokens: 6,
        totalTokens: 2_046,
        cachedInputTokens: 1_500,
        reasoningTokens: 40,
      },
      undefined,
      tokens(2_000, 1_500, 0, 46, 40),
    ],
    [
      'openai.chat',
      {
        inputTokens: 2_000,
        outputTokens: 60,
        totalTokens: 2_060,
        cachedInputTokens: 1_500,
        reasoningTokens: 40,
      },
      undefined,
      tokens(2_000, 1_500, 0, 60, 40),
    ],
  ])('%s', (provider, usage, metadata, expected) => {
    expect(convertUsage(convertV2Usage(usage, provider, metadata))).toEqual(expected);
  });

  it('nothing reported stays nothing', () => {
    const usage = { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined };

    expect(convertUsage(convertV2Usage(usage, 'anthropic.messages', undefined))).toBeNull();
  });
});

it("says usage in OpenAI's form", () => {
  expect(toOpenAiUsage(tokens(100, 50, 10, 30, 20))).toEqual({
    prompt_tokens: 100,
    completion_tokens: 30,
    total_tokens: 130,
    prompt_tokens_details: { cached_tokens: 50, cache_write_tokens: 10 },
    completion_tokens_details: { reasoning_tokens: 20 },
  });
});
