import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import type { TokenUsage } from '../../../plugin/index.ts';

/**
 * Converts the AI SDK's usage so that totals contain their parts, whatever a provider left out of them.
 *
 * @returns null where the provider reported nothing; a reported zero stays zero.
 */
export function convertUsage({
  inputTokens: input,
  outputTokens: output,
}: LanguageModelV4Usage): TokenUsage | null {
  if (input.total === undefined && input.noCache === undefined && output.total === undefined) return null;
  const cachedInputTokens = count(input.cacheRead);
  const cacheWriteTokens = count(input.cacheWrite);
  const reasoningTokens = count(output.reasoning);
  return {
    inputTokens: Math.max(count(input.total), count(input.noCache) + cachedInputTokens + cacheWriteTokens),
    cachedInputTokens,
    cacheWriteTokens,
    outputTokens: Math.max(count(output.total), count(output.text) + reasoningTokens),
    reasoningTokens,
    estimated: false,
  };
}

/** The `usage` of an OpenAI answer. */
export function toOpenAiUsage(usage: TokenUsage) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedInputTokens,
      ...(usage.cacheWriteTokens === 0 ? {} : { cache_write_tokens: usage.cacheWriteTokens }),
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

/** Some providers report NaN, null or a negative difference where they do not know. */
function count(value: number | undefined | null): number {
  return typeof value === 'number' && value > 0 ? Math.round(value) : 0;
}
