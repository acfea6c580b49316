/**
 * What is under way, by its number; numbers only grow.
 *
 * Not a `Map`: when a `Map` outgrows its table, V8 links the old table to the new one for the sake of iterators, with all
 * that it held. Once one of these tables is old, all that follow are kept until the next full collection, and with them
 * most of what ever came and went: each small collection then copies megabytes for tens of milliseconds.
 */
export class InFlight<Item> {
  readonly #items: Record<number, Item> = Object.create(null);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @param number - one that was not added before */
  add(number: number, item: Item): void {
    this.#items[number] = item;
    this.#size += 1;
  }

  get(number: number): Item | undefined {
    return this.#items[number];
  }

  /** @returns what is under way no more, or undefined where it was not */
  delete(number: number): Item | undefined {
    const item = this.#items[number];
    if (item === undefined) return undefined;
    delete this.#items[number];
    this.#size -= 1;
    return item;
  }

  /** All of them, as they are now, by number. */
  all(): Item[] {
    return Object.values(this.#items);
  }
}
