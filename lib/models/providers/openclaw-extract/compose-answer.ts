import { rankSentences } from './rank-sentences.ts';
import type { SourceMessage } from './read-request.ts';
import { type Sentence, splitSentences } from './split-sentences.ts';

/** Text beyond this is not searched, and the answer says so. */
const maxSearchedCharacters = 1_000_000;
/** A quotation longer than this is shortened in the middle of the sentence. */
const maxQuotedCharacters = 1_000;

const howToConnect =
  'This is openclaw-extract, which only quotes text from the conversation. For answers of its own, connect a model: ' +
  'add one to openclaw.config.ts, as “Connect a model” in the README shows.';

/**
 * Answers the last question of a conversation by quoting the sentences that match it best. Sources are what others
 * than the assistant said, and what the last message says beside its question.
 */
export async function composeAnswer(messages: readonly SourceMessage[]): Promise<string> {
  const asking = messages.findLast(({ role, text }) => role === 'user' && text.trim() !== '');
  if (!asking) return `There is no question in this conversation.\n\n${howToConnect}`;
  const readable = messages.filter(({ role }) => role !== 'assistant');
  const { searched, complete } = bounded(readable);
  const sentences = await splitSentences(searched);
  const question = findQuestion(sentences.filter(({ message }) => message === asking.number));
  const sources = sentences.filter((sentence) => !question.includes(sentence));
  const quotes = await rankSentences(question.map(({ text }) => text).join(' '), sources);
  const notice = complete
    ? ''
    : `\n\nOf the newest messages, ${maxSearchedCharacters} characters were searched.`;
  if (quotes.length === 0) return `Nothing in this conversation answers that.${notice}\n\n${howToConnect}`;
  return quotes.map(quote).join('\n') + notice;
}

/** The newest text, as much as is searched. */
function bounded(messages: readonly SourceMessage[]): { searched: SourceMessage[]; complete: boolean } {
  const searched: SourceMessage[] = [];
  let left = maxSearchedCharacters;
  for (const message of messages.toReversed()) {
    if (left <= 0) break;
    // The start stays, so that positions in the message remain true; of a message that is too long the end is lost.
    searched.unshift({ ...message, text: message.text.slice(0, left).toWellFormed() });
    left -= message.text.length;
  }
  return { searched, complete: left >= 0 && searched.length === messages.length };
}

/** What is asked: the sentences with a question mark, or else the last one. */
function findQuestion(sentences: readonly Sentence[]): readonly Sentence[] {
  const questions = sentences.filter(({ text }) => /[?？؟]["'”’»)]*$/u.test(text));
  return questions.length > 0 ? questions : sentences.slice(-1);
}

function quote({ text, message, sentence, start, end }: Sentence): string {
  const shown =
    text.length > maxQuotedCharacters ? `${text.slice(0, maxQuotedCharacters).toWellFormed()}…` : text;
  return `“${shown}” (message ${message}, sentence ${sentence}, characters ${start + 1}–${end})`;
}
