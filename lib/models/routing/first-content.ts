import type { StreamEvent } from '../../plugin/index.ts';

/** A stream that has begun: what came up to the first content, and the rest. */
export interface BegunStream {
  readonly held: readonly StreamEvent[];
  readonly rest: AsyncIterator<StreamEvent>;
}

/** Reads up to the first event with content, or to the end of a stream that has none. Fails as the stream does. */
export async function readToFirstContent(events: AsyncIterable<StreamEvent>): Promise<BegunStream> {
  const rest = events[Symbol.asyncIterator]();
  const held: StreamEvent[] = [];
  for (;;) {
    const next = await rest.next();
    if (next.done) break;
    held.push(next.value);
    if (next.value.hasContent) break;
  }
  return { held, rest };
}

/** How a stream ended. */
export interface StreamEnding {
  readonly onComplete: () => void;
  readonly onFailure: (error: unknown) => void;
  /** The reader left before the end. */
  readonly onAbandoned: () => void;
}

/** The whole stream again, for one reader; tells how it ended, once. */
export function resumeStream({ held, rest }: BegunStream, ending: StreamEnding): AsyncIterable<StreamEvent> {
  let position = 0;
  let ended = false;
  const iterator: AsyncIterator<StreamEvent> = {
    async next() {
      const event = held[position++];
      if (event) return { done: false, value: event };
      try {
        const next = await rest.next();
        if (next.done && !ended) {
          ended = true;
          ending.onComplete();
        }
        return next;
      } catch (error) {
        ended = true;
        ending.onFailure(error);
        throw error;
      }
    },
    async return() {
      if (!ended) {
        ended = true;
        ending.onAbandoned();
        await rest.return?.();
      }
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
