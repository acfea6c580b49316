/** The time that something has, for the one who waits for it. */
export interface Deadline {
  /** Starts the time anew. Without effect once it is over or cleared. */
  renew(): void;
  /** Nothing is waited for any more. */
  clear(): void;
}

/**
 * Calls back for every item that stays longer than a fixed time. As all items get the same time, they expire in the
 * order in which they came, and one timer serves any number of them.
 *
 * A list of links and not a `Map`, for the sake of the garbage collector: see InFlight.
 */
export class DeadlineQueue<Item> {
  readonly #durationMs: number;
  readonly #onExpired: (item: Item) => void;
  /** Ring: its next link is the first to expire, its previous the last. */
  readonly #ends = new Link<Item>();
  #timer: NodeJS.Timeout | undefined;

  constructor(durationMs: number, onExpired: (item: Item) => void) {
    this.#durationMs = durationMs;
    this.#onExpired = onExpired;
  }

  /** Starts the item's time. */
  add(item: Item): Deadline {
    const link = new Link<Item>();
    link.item = item;
    this.#append(link);
    return {
      renew: () => {
        if (link.item === undefined) return;
        link.leave();
        this.#append(link);
      },
      clear: () => {
        link.item = undefined;
        link.leave();
      },
    };
  }

  #append(link: Link<Item>): void {
    link.expiresAtMs = performance.now() + this.#durationMs;
    link.enterBefore(this.#ends);
    if (!this.#timer) this.#wakeIn(this.#durationMs);
  }

  #wakeIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#expire, Math.ceil(milliseconds)).unref();
  }

  readonly #expire = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (;;) {
      const first = this.#ends.next;
      const { item } = first;
      // The ring's ends have none.
      if (item === undefined) return;
      if (first.expiresAtMs > now) {
        this.#wakeIn(first.expiresAtMs - now);
        return;
      }
      first.item = undefined;
      first.leave();
      this.#onExpired(item);
    }
  };
}

class Link<Item> {
  item: Item | undefined;
  expiresAtMs = 0;
  next: Link<Item> = this;
  previous: Link<Item> = this;

  enterBefore(other: Link<Item>): void {
    this.next = other;
    this.previous = other.previous;
    other.previous.next = this;
    other.previous = this;
  }

  /** Refers to no other link afterwards. */
  leave(): void {
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.next = this;
    this.previous = this;
  }
}
