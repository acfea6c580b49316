import type { FunctionError } from './function-error.ts';
import { RESPONSE_WINDOW_BYTES } from './messages.ts';

/** Takes a response as it comes. One of `onEnd` and `onError` is the last call. */
export interface BodyReader {
  onBytes(bytes: Uint8Array): void;
  onEnd(): void;
  /** The function failed before its response was complete. */
  onError(error: FunctionError): void;
}

/** The function is told of the bytes taken in portions of this size, because each telling costs a message. */
const REPORTED_BYTES = RESPONSE_WINDOW_BYTES / 2;

/**
 * The bytes of one response on their way from a function to its reader. It holds what arrives before there is a reader
 * or while it pauses, which is never much more than the response window, as the function waits to be told that its
 * bytes were taken.
 */
export class ResponseBody {
  readonly #onConsumed: (bytes: number) => void;
  #waiting: Uint8Array[] = [];
  #ending: 'none' | 'ended' | FunctionError = 'none';
  #reader: BodyReader | undefined;
  #paused = false;
  #unreportedBytes = 0;

  /** @param onConsumed - told of bytes that the reader has taken since the last call */
  constructor(onConsumed: (bytes: number) => void) {
    this.#onConsumed = onConsumed;
  }

  /** Gives all bytes, those that wait at once, to this one reader. */
  read(reader: BodyReader): void {
    this.#reader = reader;
    this.#deliver();
  }

  /** Keeps the next bytes back until `resume`. The function stops at the response window. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#deliver();
  }

  /** More bytes came. */
  push(bytes: Uint8Array): void {
    if (this.#ending !== 'none') return;
    this.#waiting.push(bytes);
    this.#deliver();
  }

  /** The response is complete, or failed with this error. */
  end(error?: FunctionError): void {
    if (this.#ending !== 'none') return;
    this.#ending = error ?? 'ended';
    this.#deliver();
  }

  #deliver(): void {
    while (this.#reader && !this.#paused) {
      const bytes = this.#waiting.shift();
      if (!bytes) break;
      this.#reader.onBytes(bytes);
      this.#consumed(bytes.length);
    }
    if (!this.#reader || this.#paused || this.#ending === 'none') return;
    const reader = this.#reader;
    this.#reader = undefined;
    if (this.#ending === 'ended') reader.onEnd();
    else reader.onError(this.#ending);
  }

  #consumed(bytes: number): void {
    this.#unreportedBytes += bytes;
    if (this.#unreportedBytes < REPORTED_BYTES || this.#ending !== 'none') return;
    this.#onConsumed(this.#unreportedBytes);
    this.#unreportedBytes = 0;
  }
}
