/** Tells whether a text matches. */
export type Matcher = (text: string) => boolean;

/**
 * Compiles a pattern in which `*` is any number of characters and `?` is one. In an ARN both go over the colons, as in
 * IAM. Matching takes time in proportion to the lengths, whatever the pattern.
 */
export function compilePattern(pattern: string, { ignoreCase = false } = {}): Matcher {
  const wanted = ignoreCase ? pattern.toLowerCase() : pattern;
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  if (wanted === '*') return () => true;
  if (!/[*?]/.test(wanted)) return (text) => fold(text) === wanted;
  return (text) => matches(wanted, fold(text));
}

/** Greedy with one point to come back to: the last `*`. */
function matches(pattern: string, text: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let resume = 0;
  while (from < text.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at;
      at += 1;
      resume = from;
    } else if (wanted === '?' || (wanted !== undefined && wanted === text[from])) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      from = resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
