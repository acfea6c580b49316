/** A text as it is searched, and the way back to where its parts stand in the original. */
export interface NormalisedText {
  readonly text: string;
  /** The part of the original that became `start` to `end`. */
  original(start: number, end: number): { readonly start: number; readonly end: number };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII begins with them
const ascii = /^[\x00-\x7f]*$/;

/** What is invisible and only splits words: zero-width characters, soft hyphens, marks of direction, selectors. */
const invisibles = /\p{Cf}|\p{Default_Ignorable_Code_Point}/gu;

/** A character with the marks that belong to it, which compose with it. */
const clusters = /\P{M}\p{M}*|\p{M}+/gu;

/**
 * Undoes what is written differently and reads the same: compatibility forms (full-width, ligatures, mathematical
 * letters) by NFKC, and characters that cannot be seen. Letters of other scripts that look alike stay.
 */
export function normalise(text: string): NormalisedText {
  if (ascii.test(text)) return { text, original: (start, end) => ({ start, end }) };
  let normal = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: cluster, index } of text.matchAll(clusters)) {
    const form = ascii.test(cluster) ? cluster : cluster.normalize('NFKC').replaceAll(invisibles, '');
    for (let unit = 0; unit < form.length; unit += 1) {
      starts.push(index);
      ends.push(index + cluster.length);
    }
    normal += form;
  }
  return {
    text: normal,
    original: (start, end) => ({ start: starts[start] ?? text.length, end: ends[end - 1] ?? start }),
  };
}
