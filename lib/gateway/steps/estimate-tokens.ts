import type { JsonObject } from '../../plugin/index.ts';

/** A common rule of thumb for English text in current tokenizers. */
const charactersPerToken = 4;
/** About what a mid-sized image costs with current vision models. */
const tokensPerMedium = 1_000;

/**
 * Roughly the tokens that a request will use, before it is sent: quick, for admission only. What a call really used is
 * settled afterwards.
 */
export function estimateTokens(body: JsonObject): number {
  const { messages, input, tools, max_completion_tokens: maxCompletion, max_tokens: max, n } = body;
  const output = asNumber(maxCompletion) || asNumber(max);
  return Math.ceil(sizeOf([messages, input, tools]) / charactersPerToken) + output * (asNumber(n) || 1);
}

function asNumber(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** Characters in all strings of a value; an inline medium or a token id counts by its tokens. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') {
    return value.startsWith('data:') ? tokensPerMedium * charactersPerToken : value.length;
  }
  if (typeof value === 'number') return charactersPerToken;
  if (typeof value !== 'object' || value === null) return 0;
  let size = 0;
  for (const child of Object.values(value)) size += sizeOf(child);
  return size;
}
