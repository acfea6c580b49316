/** Texts beyond this are counted by their length: counting must not hold up the function for seconds. */
const maxCountedCharacters = 2_000_000;
/** Average of OpenAI's tokenizers over English text. */
const charactersPerToken = 4;

/**
 * Counts the tokens of a text by OpenAI's `o200k_base`, the encoding of its current models. Other families split
 * texts into somewhat more or fewer tokens; for those it is an estimate. The table of the encoding is large, so it is
 * loaded at the first use.
 */
export async function countTokens(text: string): Promise<number> {
  if (text === '') return 0;
  if (text.length > maxCountedCharacters) return Math.ceil(text.length / charactersPerToken);
  const { encode } = await import('gpt-tokenizer/encoding/o200k_base');
  // What looks like a special token is a person's text here.
  return encode(text, { disallowedSpecial: new Set() }).length;
}
