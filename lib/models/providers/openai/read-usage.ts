import type { TokenUsage } from '../../../plugin/index.ts';

/**
 * Reads OpenAI's `usage` object. Its `prompt_tokens` include the cached ones and its `completion_tokens` the reasoning
 * ones. Some compatible upstreams leave one of these out of the count though it is part of `total_tokens` (xAI and
 * Gemini: reasoning; Anthropic-like ones: cached input), so what the total has beyond the two is put where it belongs.
 *
 * @returns null where there is no usage, or none that can be trusted.
 */
export function readUsage(usage: unknown): TokenUsage | null {
  if (!isObject(usage)) return null;
  const promptDetails = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const completionDetails = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {};

  const prompt = count(usage.prompt_tokens);
  const completion = count(usage.completion_tokens ?? 0);
  if (prompt === undefined || completion === undefined) return null;
  const total = count(usage.total_tokens) ?? prompt + completion;
  const cached = count(promptDetails.cached_tokens) ?? count(usage.prompt_cache_hit_tokens) ?? 0;
  const cacheWrite = count(promptDetails.cache_write_tokens) ?? 0;
  const reasoning = count(completionDetails.reasoning_tokens) ?? 0;

  const unaccounted = Math.max(0, total - prompt - completion);
  const cachedOutside = unaccounted > 0 && unaccounted === cached + cacheWrite;
  const inputTokens = cachedOutside ? prompt + unaccounted : prompt;
  const outputTokens = cachedOutside ? completion : completion + unaccounted;
  const cachedInputTokens = Math.min(cached, inputTokens);
  return {
    inputTokens,
    cachedInputTokens,
    cacheWriteTokens: Math.min(cacheWrite, inputTokens - cachedInputTokens),
    outputTokens,
    reasoningTokens: Math.min(cachedOutside ? reasoning : Math.max(reasoning, unaccounted), outputTokens),
    estimated: false,
  };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
