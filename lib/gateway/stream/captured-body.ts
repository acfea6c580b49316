import type { WriteChunk } from '../http.ts';
import { done, isErrorEvent, ping } from './server-sent-events.ts';

/** Larger answers are not kept. */
export const maxKeptBytes = 5 * 1_024 * 1_024;

/** What a stream sent, pings left out, for as long as it is not too large to keep. */
export class CapturedBody {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #first: Uint8Array | undefined;
  #last: Uint8Array | undefined;

  /** The same writer, which also remembers. */
  through(write: WriteChunk): WriteChunk {
    return (chunk) => {
      if (chunk !== ping) this.#add(chunk);
      return write(chunk);
    };
  }

  /** Undefined where it was too large. */
  get bytes(): Uint8Array | undefined {
    return this.#bytes > maxKeptBytes ? undefined : Buffer.concat(this.#chunks);
  }

  /** True where the stream said that it was complete. */
  get isComplete(): boolean {
    return this.#last === done;
  }

  /** True where all that was said is that it failed. */
  get producedNothing(): boolean {
    return this.#first === undefined || (this.#first === this.#last && isErrorEvent(this.#first));
  }

  #add(chunk: Uint8Array): void {
    this.#first ??= chunk;
    this.#last = chunk;
    this.#bytes += chunk.byteLength;
    if (this.#bytes > maxKeptBytes) this.#chunks = [];
    else this.#chunks.push(chunk);
  }
}
