import type { ModerationCategory } from './categories.ts';
import { type ModerationRule, moderationRules } from './rules.ts';
import { hasTrigger } from './triggers.ts';

export type CategoryScores = ReadonlyMap<ModerationCategory, number>;

const nothing: CategoryScores = new Map();

/** A longer sentence is looked at in pieces, each with the end of the one before. */
const longestPiece = 600;
const overlap = 200;

/** The categories that a text clearly is a case of, with how sure that is, from 0 to 1. Empty for almost all texts. */
export function classify(text: string): CategoryScores {
  const lower = text.toLowerCase();
  if (isPlain.test(lower)) return hasTrigger(lower) ? classifySentences(lower) : nothing;
  const plain = fold(text);
  return hasTrigger(plain) ? classifySentences(plain) : nothing;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII begins with them
const isPlain = /^[\x00-\x7f]*$/;

/** Letters of other alphabets that are put into English words because they look like its own. */
const lookalikes: Readonly<Record<string, string>> = {
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  і: 'i',
  ѕ: 's',
  ј: 'j',
  к: 'k',
  м: 'm',
  т: 't',
  в: 'b',
  н: 'h',
  α: 'a',
  ο: 'o',
  ι: 'i',
  κ: 'k',
  ν: 'v',
};

/** A text in plain letters: without accents, without what cannot be seen, and without letters put in from elsewhere. */
function fold(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/[\p{Mn}\p{Cf}]+/gu, '')
    .replaceAll('’', "'")
    .toLowerCase();
  if (!/[\u0370-\u04ff]/.test(plain)) return plain;
  // Only within words that have letters of the Latin alphabet: others are words of another language.
  return plain.replaceAll(/\p{L}+/gu, (word) =>
    /[a-z]/.test(word) ? word.replaceAll(/[^a-z]/gu, (letter) => lookalikes[letter] ?? letter) : word,
  );
}

function classifySentences(text: string): CategoryScores {
  const scores = new Map<ModerationCategory, number>();
  const seen = new Set<string>();
  for (const sentence of sentences(text)) {
    if (!hasTrigger(sentence) || seen.has(sentence)) continue;
    seen.add(sentence);
    for (const rule of moderationRules) {
      if (!applies(rule, sentence)) continue;
      for (const category of rule.categories) {
        scores.set(category, Math.max(scores.get(category) ?? 0, rule.score));
      }
    }
  }
  return scores;
}

function* sentences(text: string): Iterable<string> {
  for (const { 0: sentence } of text.matchAll(/[^.!?;\n\r]+[.!?;]*/g)) {
    for (let from = 0; from < sentence.length; from += longestPiece - overlap) {
      const piece = sentence.slice(from, from + longestPiece).trim();
      if (piece !== '') yield piece;
      if (from + longestPiece >= sentence.length) break;
    }
  }
}

function applies(rule: ModerationRule, sentence: string): boolean {
  const { thing, unless } = rule;
  thing.lastIndex = 0;
  for (let found = thing.exec(sentence); found; found = thing.exec(sentence)) {
    if (isAskedFor(rule, sentence, found.index) && !unless?.test(sentence)) return true;
    if (found[0] === '') thing.lastIndex += 1;
  }
  return false;
}

/** What turns an asking into its opposite where it stands right before it: a system prompt's `never explain how to`. */
const negated =
  /\b(?:never|not|\w+n't|refus\w+|declin\w+|avoid\w*|forbid\w*|prohibit\w*|unable|cannot)\b[^,]{0,20}$/;

/** Whether something is asked for before a place in its sentence, and nothing turns that into something else. */
function isAskedFor({ asked, turned, between }: ModerationRule, sentence: string, at: number): boolean {
  if (!asked) return true;
  asked.lastIndex = 0;
  let first: number | undefined;
  let last = 0;
  for (let found = asked.exec(sentence); found && found.index <= at; found = asked.exec(sentence)) {
    if (negated.test(sentence.slice(Math.max(0, found.index - 40), found.index))) continue;
    last = Math.min(found.index + found[0].length, at);
    first ??= last;
  }
  if (first === undefined || turned?.test(sentence.slice(first, at))) return false;
  return between?.test(sentence.slice(last, at)) ?? true;
}
