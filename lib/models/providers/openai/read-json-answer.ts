import { type FinishReason, type JsonAnswer, type Operation, UpstreamError } from '../../../plugin/index.ts';
import { readMessage } from './message-text.ts';
import { readUsage } from './read-usage.ts';
import { isObject, repairAnswer } from './repair-answer.ts';
import { errorFromAnswer } from './upstream-answer-error.ts';

export interface ReadJsonOptions {
  readonly operation: Operation;
  /** Begins every error message. */
  readonly providerName: string;
  /** The model that was asked for, for an answer that does not name its own. */
  readonly model: string;
  /** Values that must not appear in an error, whatever the upstream echoes. */
  readonly secrets?: readonly string[];
}

/**
 * Checks a whole answer and reads out what we need of it. Its bytes stay the upstream's own unless something that
 * clients rely on is missing (see `repairAnswer`).
 *
 * @throws UpstreamError `malformed`, or the class of an error that came with status 200.
 */
export function readJsonAnswer(bytes: Uint8Array, options: ReadJsonOptions): JsonAnswer {
  const { providerName, secrets } = options;
  const answer = parseObject(bytes, providerName);
  const list = options.operation === 'chat' ? answer.choices : answer.data;
  if (!Array.isArray(list)) {
    if (answer.error) throw errorFromAnswer({ providerName, body: answer, ...(secrets ? { secrets } : {}) });
    throw new UpstreamError('malformed', `${providerName}: the answer is not what was asked for`);
  }
  const usage = readUsage(answer.usage);
  if (options.operation === 'embeddings') {
    return { kind: 'json', bytes, usage, finishReasons: [], text: () => '' };
  }
  const choices: readonly unknown[] = list;
  const changed = repairAnswer(answer, choices, { object: 'chat.completion', model: options.model });
  const whole = choices.filter(isObject);
  return {
    kind: 'json',
    bytes: changed ? Buffer.from(JSON.stringify(answer)) : bytes,
    usage,
    finishReasons: whole.flatMap(({ finish_reason: reason }) =>
      typeof reason === 'string' ? [reason as FinishReason] : [],
    ),
    text: () => whole.map(({ message }) => (isObject(message) ? readMessage(message).text : '')).join(''),
  };
}

function parseObject(bytes: Uint8Array, providerName: string): Record<string, unknown> {
  let answer: unknown;
  try {
    answer = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    // The cause would quote the answer.
    throw new UpstreamError('malformed', `${providerName}: the answer is not JSON`);
  }
  if (isObject(answer)) return answer;
  throw new UpstreamError('malformed', `${providerName}: the answer is not a JSON object`);
}
