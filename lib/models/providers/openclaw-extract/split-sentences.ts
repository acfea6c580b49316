import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SourceMessage } from './read-request.ts';

/** A sentence and where it stands. */
export interface Sentence {
  readonly text: string;
  /** The message, from 1. */
  readonly message: number;
  /** The sentence within the message, from 1. */
  readonly sentence: number;
  /** The characters (UTF-16 units) of the message that it takes up: from `start`, up to and without `end`. */
  readonly start: number;
  readonly end: number;
}

const segmenter = new Intl.Segmenter('und', { granularity: 'sentence' });
/** Text segmented in one go, so that other requests get their turn in between. */
const charactersPerTurn = 32_768;

/** Splits messages into sentences by Unicode's rules (UAX #29); a line break ends a sentence too. */
export async function splitSentences(messages: readonly SourceMessage[]): Promise<Sentence[]> {
  const sentences: Sentence[] = [];
  let sinceTurn = 0;
  for (const { number, text } of messages) {
    let count = 0;
    for (const line of text.matchAll(/[^\r\n]+/g)) {
      // A line without an end in sight is cut: segmenting it would hold everything up.
      for (let offset = 0; offset < line[0].length; offset += charactersPerTurn) {
        const piece = line[0].slice(offset, offset + charactersPerTurn);
        for (const { segment, index } of segmenter.segment(piece)) {
          const trimmed = segment.trim();
          if (trimmed === '') continue;
          count += 1;
          const start = line.index + offset + index + segment.indexOf(trimmed);
          sentences.push({
            text: trimmed,
            message: number,
            sentence: count,
            start,
            end: start + trimmed.length,
          });
        }
        sinceTurn += piece.length;
        if (sinceTurn >= charactersPerTurn) {
          sinceTurn = 0;
          await nextTurn();
        }
      }
    }
  }
  return sentences;
}
