/** Tells whether a text matches. */
export type Matcher = (text: string) => boolean;

/** A text as codes of characters and wildcards, so that a character is never taken for a wildcard. */
export type Pattern = readonly number[];

const anyCharacters = -1;
const oneCharacter = -2;

/** Reads a text in which `*` is any number of characters and `?` is one. */
export function toPattern(text: string): Pattern {
  return Array.from({ length: text.length }, (_, index) => {
    if (text[index] === '*') return anyCharacters;
    return text[index] === '?' ? oneCharacter : text.charCodeAt(index);
  });
}

/** Reads a text in which every character stands for itself. */
export function toLiteral(text: string): Pattern {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

/**
 * Compiles a pattern with `*` and `?`. In an ARN both go over the colons, as in IAM. Case counts: whoever wants it
 * ignored gives both texts in lower case.
 */
export function compilePattern(text: string): Matcher {
  const wildcard = text.search(/[*?]/);
  if (wildcard === -1) return (asked) => asked === text;
  const start = text.slice(0, wildcard);
  if (text === `${start}*`) return (asked) => asked.startsWith(start);
  const pattern = toPattern(text);
  return (asked) => asked.startsWith(start) && matchesPattern(pattern, asked);
}

/**
 * Greedy, with one point to come back to: the last `*`. So the time is at most the product of the two lengths, whatever
 * the pattern.
 */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let resume = 0;
  while (from < text.length) {
    const wanted = pattern[at];
    if (wanted === anyCharacters) {
      star = at;
      at += 1;
      resume = from;
    } else if (wanted === oneCharacter || wanted === text.charCodeAt(from)) {
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
  while (pattern[at] === anyCharacters) at += 1;
  return at === pattern.length;
}
