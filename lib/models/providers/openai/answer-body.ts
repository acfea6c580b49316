import type { IncomingMessage } from 'node:http';

export interface AnswerBodyHooks {
  /** Longest pause between two parts, in milliseconds. */
  readonly idleMs: number;
  /** Nothing came for `idleMs`. */
  readonly onIdle: () => void;
  /** The reader found what the first-token time-out waits for. */
  readonly onContent: () => void;
  /** The answer ended as HTTP wants it. */
  readonly onClosed: () => void;
  /** The connection ended before the answer did. */
  readonly onCut: () => void;
  /** The reader wants no more of it. */
  readonly onAbandoned: () => void;
}

/** Bytes held for a slow reader before the upstream is made to wait. */
const HIGH_WATER_BYTES = 256 * 1024;
/** How long the rest of a finished answer may take before its connection is given up. */
const DRAIN_MS = 1_000;

/**
 * The body of an answer: an async iterable of its parts for one reader, with back-pressure and an idle time-out that
 * counts only the time in which we wait for the upstream, not that in which the upstream waits for us.
 *
 * Leaving the loop early closes the connection, unless `finish` was called: then the connection is kept for reuse.
 */
export class AnswerBody implements AsyncIterableIterator<Uint8Array> {
  private readonly parts: Uint8Array[] = [];
  private held = 0;
  private waiting: PromiseWithResolvers<IteratorResult<Uint8Array>> | undefined;
  private error: Error | undefined;
  private ended = false;
  private finished = false;
  private idle: NodeJS.Timeout | undefined;
  private readonly incoming: IncomingMessage;
  private readonly hooks: AnswerBodyHooks;

  constructor(incoming: IncomingMessage, hooks: AnswerBodyHooks) {
    this.incoming = incoming;
    this.hooks = hooks;
    incoming.on('data', (part: Buffer) => this.push(part));
    incoming.on('end', () => this.end());
    // An error here is always followed by 'close', and the request reports its reason.
    incoming.on('error', () => undefined);
    incoming.on('close', () => {
      if (!this.ended) hooks.onCut();
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const part = this.parts.shift();
    if (part) {
      this.held -= part.length;
      if (this.held < HIGH_WATER_BYTES && this.incoming.isPaused()) {
        this.idle?.refresh();
        this.incoming.resume();
      }
      return Promise.resolve({ done: false, value: part });
    }
    if (this.error) return Promise.reject(this.error);
    if (this.ended || this.finished) return Promise.resolve({ done: true, value: undefined });
    this.waiting = Promise.withResolvers();
    return this.waiting.promise;
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.ended && !this.finished) {
      this.ended = true;
      clearTimeout(this.idle);
      this.hooks.onAbandoned();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  /** What the caller was waiting for has come: from here on, the idle time-out counts instead of the first token's. */
  contentSeen(): void {
    this.hooks.onContent();
    if (this.ended || this.idle) return;
    this.idle = setTimeout(() => {
      if (!this.incoming.isPaused()) this.hooks.onIdle();
    }, this.hooks.idleMs);
  }

  /** The reader has all that it wants; what is left is read and dropped, so that the connection can be used again. */
  finish(): void {
    if (this.ended || this.finished) return;
    this.finished = true;
    this.parts.length = 0;
    this.incoming.resume();
    const drain = setTimeout(() => this.hooks.onAbandoned(), DRAIN_MS).unref();
    this.incoming.once('close', () => clearTimeout(drain));
  }

  /** Ends the iteration with an error once the parts that did arrive are read. */
  fail(error: Error): void {
    clearTimeout(this.idle);
    if (this.ended) return;
    this.ended = true;
    this.error = error;
    this.waiting?.reject(error);
    this.waiting = undefined;
  }

  private push(part: Uint8Array): void {
    this.idle?.refresh();
    if (this.finished) return;
    if (this.waiting) {
      this.waiting.resolve({ done: false, value: part });
      this.waiting = undefined;
      return;
    }
    this.parts.push(part);
    this.held += part.length;
    if (this.held >= HIGH_WATER_BYTES) this.incoming.pause();
  }

  private end(): void {
    clearTimeout(this.idle);
    this.ended = true;
    this.hooks.onClosed();
    this.waiting?.resolve({ done: true, value: undefined });
    this.waiting = undefined;
  }
}
