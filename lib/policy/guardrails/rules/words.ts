import { normalise } from '../normalise.ts';
import type { WordRule } from './rule.ts';

interface FoundWord {
  readonly rule: WordRule;
  readonly start: number;
  readonly end: number;
}

/**
 * Compiles words to one search. They are literals in one alternation, so that the engine of JavaScript itself takes
 * time in proportion to the text.
 */
export function compileWords(words: readonly WordRule[]): (text: string) => Iterable<FoundWord> {
  if (words.length === 0) return () => [];
  const rules = new Map<string, WordRule>();
  for (const rule of words) {
    const key = keyOf(normalise(rule.word).text);
    if (!rules.has(key)) rules.set(key, rule);
  }
  // The longest first: an alternation takes the first that fits.
  const literals = [...rules.keys()].toSorted((a, b) => b.length - a.length).map(toSource);
  const search = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${literals.join('|')})(?![\\p{L}\\p{N}_])`, 'giu');
  return function* find(text) {
    for (const { 0: match, index } of text.matchAll(search)) {
      const rule = rules.get(keyOf(match));
      if (rule) yield { rule, start: index, end: index + match.length };
    }
  };
}

/** Words are the same in any case and with any space in them. */
function keyOf(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

function toSource(literal: string): string {
  return literal
    .split(' ')
    .map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('\\s{1,8}');
}
