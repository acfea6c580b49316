import type { FinishReason } from '../../../plugin/index.ts';
import type { ExtractRequest } from './read-request.ts';

export interface CutAnswer {
  /** The text in parts of one token each, or several where a character takes several. */
  readonly pieces: readonly string[];
  readonly tokens: number;
  readonly finishReason: FinishReason;
}

/** Splits an answer into tokens and ends it where the request says: before a stop text, or at the most tokens. */
export async function cutAnswer(
  text: string,
  { stop, maxTokens }: Pick<ExtractRequest, 'stop' | 'maxTokens'>,
): Promise<CutAnswer> {
  const { encode, decodeGenerator } = await import('gpt-tokenizer/encoding/o200k_base');
  const stops = stop.map((end) => text.indexOf(end)).filter((index) => index >= 0);
  const all = encode(text.slice(0, Math.min(text.length, ...stops)), { disallowedSpecial: new Set() });
  const kept = maxTokens === undefined ? all : all.slice(0, maxTokens);
  return {
    pieces: [...decodeGenerator(kept)],
    tokens: kept.length,
    finishReason: kept.length < all.length ? 'length' : 'stop',
  };
}
