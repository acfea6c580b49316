import {
  type FinishReason,
  type StreamEvent,
  type TokenUsage,
  UpstreamError,
} from '../../../plugin/index.ts';
import { readMessage } from './message-text.ts';
import { readUsage } from './read-usage.ts';
import { type AnswerDefaults, isObject, repairAnswer } from './repair-answer.ts';
import { EventSplitter, type RawEvent } from './split-events.ts';
import { errorFromAnswer } from './upstream-answer-error.ts';

export interface ReadStreamOptions {
  /** Begins every error message. */
  readonly providerName: string;
  /** The model that was asked for, for chunks that do not name theirs. */
  readonly model: string;
  /** How many choices were asked for (`n`). Default: 1. */
  readonly choices?: number;
  /** A larger event is refused as malformed. Default: 8 MiB, room for an image or a sound in base64. */
  readonly maxEventBytes?: number;
  /** Values that must not appear in an error, whatever the upstream echoes. */
  readonly secrets?: readonly string[];
  /** Called once, with the first event that has content. */
  readonly onFirstContent?: () => void;
  /** Called when the answer is complete, before the iteration ends. */
  readonly onComplete?: () => void;
}

const doneMark = '[DONE]';

/**
 * Reads a stream of chat completion chunks. Each event is passed on as the bytes that came, unless a chunk lacks what
 * clients rely on (see `repairAnswer`) or is written in an unusual way: then it is written anew.
 *
 * The stream is complete with `[DONE]`. A connection that is closed in order without one counts as complete too, but
 * only if every choice that was asked for has had its finish reason: several compatible upstreams never send `[DONE]`,
 * and nothing of the answer is missing then. All else is a cut.
 *
 * @throws UpstreamError of class `malformed`, `cut`, or that of an error which the upstream sent in the stream; and
 *   whatever `bytes` throws.
 */
export async function* readChatStream(
  bytes: AsyncIterable<Uint8Array>,
  options: ReadStreamOptions,
): AsyncGenerator<StreamEvent, void, undefined> {
  const splitter = new EventSplitter({
    providerName: options.providerName,
    maxEventBytes: options.maxEventBytes ?? 8 * 1024 * 1024,
  });
  const reader = new ChunkReader(options);
  for await (const part of bytes) {
    for (const raw of splitter.push(part)) {
      if (raw.data === doneMark) return options.onComplete?.();
      yield reader.read(raw);
    }
  }
  const rest = splitter.flush();
  if (rest?.data === doneMark) return options.onComplete?.();
  if (rest && isWhole(rest)) yield reader.read(rest);
  if (!reader.allFinished()) {
    throw new UpstreamError('cut', `${options.providerName}: the stream ended before the answer did`);
  }
  options.onComplete?.();
}

/** Tells an event that lacks only its empty line from one that was cut. */
function isWhole(raw: RawEvent): boolean {
  try {
    JSON.parse(raw.data);
    return true;
  } catch {
    return false;
  }
}

class ChunkReader {
  private readonly finished = new Set<unknown>();
  private readonly defaults: AnswerDefaults;
  private contentSeen = false;
  private readonly options: ReadStreamOptions;

  constructor(options: ReadStreamOptions) {
    this.options = options;
    this.defaults = { object: 'chat.completion.chunk', model: options.model };
  }

  allFinished(): boolean {
    return this.finished.size >= (this.options.choices ?? 1);
  }

  read(raw: RawEvent): StreamEvent {
    const chunk = this.parse(raw.data);
    if (chunk.error !== undefined && chunk.error !== null) {
      const { providerName, secrets } = this.options;
      throw errorFromAnswer({ providerName, body: chunk, ...(secrets ? { secrets } : {}) });
    }
    const choices: readonly unknown[] = Array.isArray(chunk.choices) ? chunk.choices : [];
    const changed = repairAnswer(chunk, choices, this.defaults);

    let text = '';
    let hasContent = false;
    let finishReason: FinishReason | undefined;
    for (const choice of choices) {
      if (!isObject(choice)) continue;
      if (isObject(choice.delta)) {
        const said = readMessage(choice.delta);
        hasContent ||= said.hasContent;
        text += said.text;
      }
      if (typeof choice.finish_reason === 'string') {
        finishReason = choice.finish_reason as FinishReason;
        this.finished.add(choice.index);
      }
    }
    const usage: TokenUsage | null = chunk.usage ? readUsage(chunk.usage) : null;
    if (hasContent && !this.contentSeen) {
      this.contentSeen = true;
      this.options.onFirstContent?.();
    }
    return {
      bytes: changed || !raw.bytes ? Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`) : raw.bytes,
      hasContent,
      text,
      usageOnly: usage !== null && choices.length === 0,
      ...(usage ? { usage } : {}),
      ...(finishReason ? { finishReason } : {}),
    };
  }

  private parse(data: string): Record<string, unknown> {
    let chunk: unknown;
    try {
      chunk = JSON.parse(data);
    } catch {
      // The cause would quote the answer.
      throw new UpstreamError('malformed', `${this.options.providerName}: a chunk is not JSON`);
    }
    if (isObject(chunk)) return chunk;
    throw new UpstreamError('malformed', `${this.options.providerName}: a chunk is not a JSON object`);
  }
}
