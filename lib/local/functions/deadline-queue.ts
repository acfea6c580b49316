/**
 * Calls back for every item that stays longer than a fixed time. As all items get the same time, they expire in the
 * order in which they came, and one timer serves any number of them.
 */
export class DeadlineQueue<Item> {
  readonly #durationMs: number;
  readonly #onExpired: (item: Item) => void;
  readonly #deadlines = new Map<Item, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(durationMs: number, onExpired: (item: Item) => void) {
    this.#durationMs = durationMs;
    this.#onExpired = onExpired;
  }

  /** Starts the item's time; for one that is here already, starts it anew. */
  add(item: Item): void {
    this.#deadlines.delete(item);
    this.#deadlines.set(item, performance.now() + this.#durationMs);
    if (!this.#timer) this.#wakeIn(this.#durationMs);
  }

  delete(item: Item): void {
    this.#deadlines.delete(item);
  }

  #wakeIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#expire, Math.ceil(milliseconds)).unref();
  }

  readonly #expire = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const [item, deadline] of this.#deadlines) {
      if (deadline > now) {
        this.#wakeIn(deadline - now);
        return;
      }
      this.#deadlines.delete(item);
      this.#onExpired(item);
    }
  };
}
