/** Where batches go: a worker, or a worker's way back to its parent. */
interface Port {
  postMessage(messages: unknown, transfer: readonly ArrayBuffer[]): void;
}

/** A batch waits for the end of the loop's turn, but in a long turn no longer than this. */
const LONGEST_WAIT_MS = 1;

/**
 * Sends the messages of one turn of the event loop together: waking the other thread costs more than a message does.
 */
export class MessageBatch<Message> {
  readonly #port: Port;
  #messages: Message[] = [];
  #buffers: ArrayBuffer[] = [];
  #openedAtMs = 0;

  constructor(port: Port) {
    this.#port = port;
  }

  /** @param buffer - memory that the message refers to; it changes hands and is gone here once the batch is sent */
  add(message: Message, buffer?: ArrayBuffer): void {
    if (buffer) this.#buffers.push(buffer);
    if (this.#messages.push(message) === 1) {
      this.#openedAtMs = performance.now();
      setImmediate(this.flush);
    } else if (performance.now() - this.#openedAtMs > LONGEST_WAIT_MS) {
      this.flush();
    }
  }

  /** Sends what waits, now. */
  readonly flush = (): void => {
    if (this.#messages.length === 0) return;
    const messages = this.#messages;
    const buffers = this.#buffers;
    this.#messages = [];
    this.#buffers = [];
    this.#port.postMessage(messages, buffers);
  };
}
