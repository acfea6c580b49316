import type { JsonObject, TokenUsage } from '../../plugin/index.ts';
import { countPromptTokens } from './count-prompt-tokens.ts';
import { countTokens } from './count-tokens.ts';

/** Counts a call of which the upstream reported no usage: the request and the text that was produced. */
export async function countCall(body: JsonObject, produced: string): Promise<TokenUsage> {
  const [inputTokens, outputTokens] = await Promise.all([countPromptTokens(body), countTokens(produced)]);
  return {
    inputTokens,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens,
    reasoningTokens: 0,
    estimated: true,
  };
}
