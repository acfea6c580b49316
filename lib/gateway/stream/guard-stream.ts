import type { StreamEvent } from '../../plugin/index.ts';
import { answerTexts, isObject } from '../steps/answer-texts.ts';
import type { OutputGuard } from '../steps/guard-output.ts';
import { GuardedChannel } from './guarded-channel.ts';

/** One text that an event adds to a channel, and the way to write it anew. */
interface Piece {
  readonly channel: GuardedChannel;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly choice: Record<string, unknown>;
  readonly write: (text: string) => void;
}

interface HeldEvent {
  readonly event: StreamEvent;
  readonly chunk?: Record<string, unknown>;
  readonly pieces: readonly Piece[];
}

/**
 * Checks a streamed answer before it leaves. Events wait in their order until nothing in them can be part of something
 * that a guardrail finds, then they leave as the bytes that came, or written anew where something was redacted. Where a
 * guardrail does not let the answer go on, it ends in band with the finish reason `content_filter`, and the upstream is
 * left.
 *
 * @throws ApiError 503 where a piece could not be checked and the tenant wants nothing to pass then; and what `events`
 *   throws, once what could be checked has left
 */
export async function* guardStream(
  events: AsyncIterable<StreamEvent>,
  guard: OutputGuard,
): AsyncGenerator<StreamEvent, void, undefined> {
  const stream = new GuardedStream(guard);
  const ended = () => stream.isRefused;
  let cut: { readonly error: unknown } | undefined;
  try {
    for await (const event of events) {
      const checking = stream.push(event);
      if (checking) await checking;
      yield* stream.release();
      if (ended()) return yield stream.ending();
    }
  } catch (error) {
    cut = { error };
  }
  await stream.finish();
  yield* stream.release();
  if (ended()) return yield stream.ending();
  if (cut) throw cut.error;
}

class GuardedStream {
  readonly #guard: OutputGuard;
  readonly #channels = new Map<string, GuardedChannel>();
  /** Choices that have begun and not ended. */
  readonly #open = new Set<number>();
  #held: HeldEvent[] = [];
  #last: Record<string, unknown> = {};

  constructor(guard: OutputGuard) {
    this.#guard = guard;
  }

  get isRefused(): boolean {
    for (const channel of this.#channels.values()) if (channel.isRefused) return true;
    return false;
  }

  /** Takes in an event. A promise only where a guardrail needs time. */
  push(event: StreamEvent): undefined | Promise<undefined> {
    if (event.text === '' && event.finishReason === undefined) {
      this.#held.push({ event, pieces: [] });
      return undefined;
    }
    const chunk = parse(event);
    this.#last = chunk;
    const touched = new Map<GuardedChannel, boolean>();
    const pieces: Piece[] = [];
    for (const [position, choice] of listOf(chunk.choices).entries()) {
      const index = typeof choice.index === 'number' ? choice.index : position;
      this.#open.add(index);
      for (const { channel: name, text, isJson, write } of answerTexts(objectOf(choice.delta))) {
        const channel = this.#channel(`${index}.${name}`, isJson);
        const from = channel.end;
        channel.append(text);
        pieces.push({ channel, from, to: channel.end, text, choice, write });
        touched.set(channel, false);
      }
      if (typeof choice.finish_reason !== 'string') continue;
      this.#open.delete(index);
      for (const [name, channel] of this.#channels) {
        if (name.startsWith(`${index}.`)) touched.set(channel, true);
      }
    }
    this.#held.push({ event, chunk, pieces });
    return checkAll(touched);
  }

  finish(): undefined | Promise<undefined> {
    return checkAll(new Map([...this.#channels.values()].map((channel) => [channel, true])));
  }

  /** The events that may leave now. */
  *release(): Iterable<StreamEvent> {
    if (this.isRefused && this.#guard.report.isUnchecked) throw this.#guard.report.error;
    let count = 0;
    for (const held of this.#held) {
      if (!held.pieces.every(({ channel, to }) => to <= channel.clear)) break;
      // The end of a choice that is refused is ours to tell.
      if (held.event.finishReason !== undefined && this.isRefused) break;
      count += 1;
      yield rewritten(held);
    }
    this.#held = this.#held.slice(count);
  }

  /** The event that ends an answer which a guardrail does not let go on. */
  ending(): StreamEvent {
    const { id, object, created, model, system_fingerprint: fingerprint } = this.#last;
    const unfinished = new Set(this.#open);
    for (const { chunk } of this.#held) {
      for (const [position, choice] of listOf(chunk?.choices).entries()) {
        unfinished.add(typeof choice.index === 'number' ? choice.index : position);
      }
    }
    const choices = [...unfinished]
      .toSorted((a, b) => a - b)
      .map((index) => ({ index, delta: {}, logprobs: null, finish_reason: 'content_filter' }));
    const chunk = { id, object, created, model, system_fingerprint: fingerprint, choices };
    return {
      bytes: encode(chunk),
      hasContent: false,
      text: '',
      usageOnly: false,
      finishReason: 'content_filter',
    };
  }

  #channel(name: string, isJson: boolean): GuardedChannel {
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = new GuardedChannel(this.#guard, isJson);
      this.#channels.set(name, channel);
    }
    return channel;
  }
}

function checkAll(touched: ReadonlyMap<GuardedChannel, boolean>): undefined | Promise<undefined> {
  const waiting: Promise<undefined>[] = [];
  for (const [channel, atEnd] of touched) {
    const checking = channel.check(atEnd);
    if (checking) waiting.push(checking);
  }
  return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
}

function rewritten({ event, chunk, pieces }: HeldEvent): StreamEvent {
  let changed = false;
  for (const { channel, from, to, text, choice, write } of pieces) {
    const rendered = channel.render(from, to);
    channel.forget(to);
    if (rendered === text) continue;
    write(rendered);
    // They quote the text, token by token.
    if ('logprobs' in choice) choice.logprobs = null;
    changed = true;
  }
  return changed && chunk ? { ...event, bytes: encode(chunk) } : event;
}

function encode(chunk: object): Uint8Array {
  return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
}

/** Events come from our providers, which write one line of data each. */
function parse({ bytes }: StreamEvent): Record<string, unknown> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return objectOf(JSON.parse(text.slice(text.indexOf(':') + 1)));
}

function objectOf(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
