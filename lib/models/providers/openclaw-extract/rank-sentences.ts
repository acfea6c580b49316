import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sentence } from './split-sentences.ts';

/** Usual values of BM25's parameters: how soon repetition saturates, and how much length counts. */
const k1 = 1.2;
const b = 0.75;
/** At most this many sentences are quoted, and none that scores under half of the best. */
const maxQuotes = 3;
const minShareOfBest = 0.5;
const sentencesPerTurn = 1_000;

const words = new Intl.Segmenter('und', { granularity: 'word' });

/** Words that ask rather than name. They are left out of the question only: a source may be about them. */
const stopWords = new Set(
  (
    'a about all am an and any are as at be been but by can could did do does for from had has have he her his how i ' +
    'if in into is it its long many me much my of on or our please she should so some tell than that the their them ' +
    'then there these they this to was we were what when where which who whom whose why will with would you your'
  ).split(' '),
);

/**
 * Finds the sentences that answer a question best, by Okapi BM25 over the sentences (Robertson and Zaragoza, "The
 * Probabilistic Relevance Framework", 2009): the sum over the question's terms of
 * `idf · f · (k1 + 1) / (f + k1 · (1 − b + b · length / mean length))`, with `idf = ln(1 + (N − n + 0.5) / (n + 0.5))`.
 *
 * @returns the best in the order of the text; equal scores go by position. Empty where no term is found.
 */
export async function rankSentences(question: string, sentences: readonly Sentence[]): Promise<Sentence[]> {
  const asked = questionTerms(question);
  if (asked.size === 0) return [];
  const found: { sentence: Sentence; counts: Map<string, number>; length: number }[] = [];
  const occurrences = new Map<string, number>();
  let totalLength = 0;
  for (const [index, sentence] of sentences.entries()) {
    const terms = termsOf(sentence.text);
    totalLength += terms.length;
    const counts = new Map<string, number>();
    for (const term of terms) if (asked.has(term)) counts.set(term, (counts.get(term) ?? 0) + 1);
    for (const term of counts.keys()) occurrences.set(term, (occurrences.get(term) ?? 0) + 1);
    if (counts.size > 0) found.push({ sentence, counts, length: terms.length });
    if (index % sentencesPerTurn === sentencesPerTurn - 1) await nextTurn();
  }
  const meanLength = totalLength / sentences.length;
  const scored = found.map(({ sentence, counts, length }, order) => {
    let score = 0;
    for (const [term, count] of counts) {
      const n = occurrences.get(term) ?? 0;
      const idf = Math.log(1 + (sentences.length - n + 0.5) / (n + 0.5));
      score += (idf * count * (k1 + 1)) / (count + k1 * (1 - b + (b * length) / meanLength));
    }
    return { sentence, score, order };
  });
  const best = scored.reduce((most, { score }) => Math.max(most, score), 0);
  return scored
    .filter(({ score }) => score >= best * minShareOfBest)
    .sort((x, y) => y.score - x.score || x.order - y.order)
    .slice(0, maxQuotes)
    .sort((x, y) => x.order - y.order)
    .map(({ sentence }) => sentence);
}

/** The terms of a question; all of them where it consists of stop words only. */
function questionTerms(question: string): ReadonlySet<string> {
  const all = termsOf(question);
  const naming = all.filter((term) => !stopWords.has(term));
  return new Set(naming.length > 0 ? naming : all);
}

/** Words in a form in which spellings of the same word agree: compatible characters, case and a plural's s. */
function termsOf(text: string): string[] {
  const terms: string[] = [];
  for (const { segment, isWordLike } of words.segment(text.normalize('NFKC').toLowerCase())) {
    if (isWordLike) terms.push(segment.length > 3 && segment.endsWith('s') ? segment.slice(0, -1) : segment);
  }
  return terms;
}
