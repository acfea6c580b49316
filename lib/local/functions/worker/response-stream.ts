import { Writable } from 'node:stream';
import { RESPONSE_WINDOW_BYTES } from '../messages.ts';

/** Where a function's response goes. */
export interface ResponseChannel {
  bytes(bytes: Uint8Array<ArrayBuffer>, contentType: string | undefined): void;
  end(contentType: string | undefined): void;
  /** The function broke the response off. */
  broken(error: Error): void;
}

type WriteCallback = (error: Error | null | undefined) => void;

const DEFAULT_CONTENT_TYPE = 'application/octet-stream';
const HTTP_CONTENT_TYPE = 'application/vnd.awslambda.http-integration-response';

/** Stands between the metadata and the body of an HTTP response. */
const DELIMITER_BYTES = 8;

/**
 * The response that a streaming handler writes. `write` answers false, and a write's callback waits, when the reader
 * lags behind. If the reader leaves, the stream is destroyed with `ECONNRESET`.
 */
export class ResponseStream extends Writable {
  readonly #channel: ResponseChannel;
  #contentType: string | undefined = DEFAULT_CONTENT_TYPE;
  #prelude: string | undefined;
  #unconsumedBytes = 0;
  #continue: (() => void) | undefined;
  #wroteFirst = false;
  #closed = false;

  constructor(channel: ResponseChannel, highWaterMark: number) {
    super({ highWaterMark });
    this.#channel = channel;
    // A function that watches only `close`, or nothing, must not crash because its reader left.
    this.on('error', ignore);
  }

  /** @throws Error once something is written */
  setContentType(contentType: string): void {
    if (this.#wroteFirst) throw new Error('Cannot set content-type, too late.');
    this.#contentType = contentType;
  }

  /**
   * Makes this an HTTP response. As in Lambda's own runtime, the metadata leaves with the first `write`, so that a
   * response without one, or with all in `end`, has none.
   */
  setHttpMetadata(metadata: unknown): void {
    this.setContentType(HTTP_CONTENT_TYPE);
    this.#prelude = JSON.stringify(metadata);
  }

  /** Takes text and bytes as they are, anything else as JSON. */
  override write(
    chunk: unknown,
    encodingOrCallback?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean {
    this.#wroteFirst = true;
    const data = typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : JSON.stringify(chunk);
    return typeof encodingOrCallback === 'string'
      ? super.write(data, encodingOrCallback, callback)
      : super.write(data, encodingOrCallback ?? callback);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    const bytes = this.#withPrelude(chunk);
    this.#unconsumedBytes += bytes.length;
    this.#channel.bytes(bytes, this.#takeContentType());
    if (this.#unconsumedBytes < RESPONSE_WINDOW_BYTES) callback();
    else this.#continue = callback;
  }

  override _final(callback: () => void): void {
    this.#closed = true;
    this.#channel.end(this.#takeContentType());
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (!this.#closed) {
      this.#closed = true;
      this.#channel.broken(error ?? new Error('The response stream was destroyed before its end.'));
    }
    callback(error);
  }

  /** The reader has taken bytes out. */
  consumed(bytes: number): void {
    this.#unconsumedBytes -= bytes;
    if (!this.#continue || this.#unconsumedBytes >= RESPONSE_WINDOW_BYTES) return;
    const proceed = this.#continue;
    this.#continue = undefined;
    proceed();
  }

  /** The reader has left. */
  disconnect(): void {
    this.destroy(Object.assign(new Error('The client closed the connection.'), { code: 'ECONNRESET' }));
  }

  /** A copy, because the writer may reuse its buffer as soon as the write is answered. */
  #withPrelude(chunk: Buffer): Uint8Array<ArrayBuffer> {
    if (this.#prelude === undefined || !this.#wroteFirst) return new Uint8Array(chunk);
    const prelude = Buffer.from(this.#prelude);
    this.#prelude = undefined;
    const bytes = new Uint8Array(prelude.length + DELIMITER_BYTES + chunk.length);
    bytes.set(prelude);
    bytes.set(chunk, prelude.length + DELIMITER_BYTES);
    return bytes;
  }

  #takeContentType(): string | undefined {
    const contentType = this.#contentType;
    this.#contentType = undefined;
    return contentType;
  }
}

function ignore(): void {}
