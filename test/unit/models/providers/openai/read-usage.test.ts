import { describe, expect, it } from 'vitest';
import { readUsage } from '../../../../../lib/models/providers/openai/read-usage.ts';

describe('reading usage', () => {
  it.each([
    [
      'OpenAI counts cached tokens as input and reasoning as output',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        total_tokens: 150,
        prompt_tokens_details: { cached_tokens: 80 },
        completion_tokens_details: { reasoning_tokens: 30 },
      },
      [100, 80, 0, 50, 30],
    ],
    [
      'xAI leaves reasoning out of its completion tokens',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 45,
        completion_tokens_details: { reasoning_tokens: 30 },
      },
      [10, 0, 0, 35, 30],
    ],
    [
      'Gemini tells its thoughts only by the total',
      { prompt_tokens: 10, completion_tokens: 5, total_tokens: 45 },
      [10, 0, 0, 35, 30],
    ],
    [
      'an upstream may leave cached input out of its prompt tokens',
      {
        prompt_tokens: 20,
        completion_tokens: 5,
        total_tokens: 105,
        prompt_tokens_details: { cached_tokens: 80 },
      },
      [100, 80, 0, 5, 0],
    ],
    [
      'DeepSeek has a name of its own for the cache',
      { prompt_tokens: 9, completion_tokens: 1, prompt_cache_hit_tokens: 4 },
      [9, 4, 0, 1, 0],
    ],
    ['embeddings have no output', { prompt_tokens: 8, total_tokens: 8 }, [8, 0, 0, 0, 0]],
    [
      'zero is a number of tokens',
      { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
      [0, 0, 0, 0, 0],
    ],
    [
      'a part is never larger than the whole',
      {
        prompt_tokens: 5,
        completion_tokens: 5,
        total_tokens: 10,
        prompt_tokens_details: { cached_tokens: 9 },
      },
      [5, 5, 0, 5, 0],
    ],
  ])(
    '%s',
    (_name, usage, [inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens]) => {
      expect(readUsage(usage)).toEqual({
        inputTokens,
        cachedInputTokens,
        cacheWriteTokens,
        outputTokens,
        reasoningTokens,
        estimated: false,
      });
    },
  );

  it.each([
    [null],
    [undefined],
    ['12'],
    [{}],
    [{ prompt_tokens: -1, completion_tokens: 2 }],
    [{ prompt_tokens: 1.5, completion_tokens: 2 }],
    [{ prompt_tokens: 'many', completion_tokens: 2 }],
  ])('%j is no usage', (usage) => {
    expect(readUsage(usage)).toBeNull();
  });
});
