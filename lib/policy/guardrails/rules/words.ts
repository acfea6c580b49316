import { normalise } from '../normalise.ts';
import type { WordRule } from './rule.ts';

interface FoundWord {
  readonly rule: WordRule;
  readonly start: number;
  readonly end: number;
}

/** The words of a tenant as one search. */
export interface WordSearch {
  find(text: string): Iterable<FoundWord>;
  /** The longest match, in characters, with room for what is put in between to hide it. */
  readonly longest: number;
  /** Where in a text that goes on a match may still be beginning. */
  openFrom(text: string): number;
}

/**
 * Compiles words to one search. They are literals in one alternation, so that the engine of JavaScript itself takes
 * time in proportion to the text.
 */
export function compileWords(words: readonly WordRule[]): WordSearch {
  const rules = new Map<string, WordRule>();
  for (const rule of words) {
    const key = keyOf(normalise(rule.word).text);
    if (!rules.has(key)) rules.set(key, rule);
  }
  // The longest first: an alternation takes the first that fits.
  const literals = [...rules.keys()].toSorted((a, b) => b.length - a.length);
  const search = literals.length > 0 && new RegExp(toSource(literals), 'giu');
  const parts = Math.max(1, ...literals.map((literal) => literal.split(' ').length));
  return {
    longest: 3 * ((literals[0]?.length ?? 0) + mostSpace * parts),
    *find(text) {
      if (!search) return;
      for (const { 0: match, index } of text.matchAll(search)) {
        const rule = rules.get(keyOf(match));
        if (rule) yield { rule, start: index, end: index + match.length };
      }
    },
    openFrom: (text) => startOfLast(parts, text),
  };
}

/** Words are the same in any case and with any space in them. */
function keyOf(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

/** As much space may stand between the words of a phrase. */
const mostSpace = 8;
/** In these scripts words follow one another without anything between them. */
const unspaced = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}`;
const beginsUnspaced = new RegExp(`^[${unspaced}]`, 'u');
const endsUnspaced = new RegExp(`[${unspaced}]$`, 'u');

/** What must not stand beside a word, where words have anything between them: that is looked for once for all of them. */
const ofWord = String.raw`[\p{L}\p{N}_]`;

function toSource(literals: readonly string[]): string {
  const groups = Map.groupBy(
    literals,
    (literal) =>
      `${beginsUnspaced.test(literal) ? '' : `(?<!${ofWord})`}%${endsUnspaced.test(literal) ? '' : `(?!${ofWord})`}`,
  );
  return [...groups]
    .map(([around, group]) => around.replace('%', () => `(?:${group.map(toPhrase).join('|')})`))
    .join('|');
}

function toPhrase(literal: string): string {
  return literal
    .split(' ')
    .map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join(`\\s{1,${mostSpace}}`);
}

/** Where the last few words of a text begin, with space at its end counting as a word that is to come. */
function startOfLast(count: number, text: string): number {
  let start = text.length;
  for (let words = 0; words < count; words += 1) {
    while (start > 0 && /\s/.test(text[start - 1] ?? '')) start -= 1;
    while (start > 0 && !/\s/.test(text[start - 1] ?? '')) start -= 1;
  }
  return start;
}
