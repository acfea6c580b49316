/** Makes a value for each key when first asked for it, and forgets those not asked for the longest beyond a bound. */
export class RecentValues<Value> {
  readonly #make: (key: string) => Value;
  readonly #most: number;
  /** In the order in which they were last asked for. */
  readonly #values = new Map<string, Value>();
  #lastKey: string | undefined;
  #lastValue: Value | undefined;

  /** @param most - how many values are kept at most */
  constructor(most: number, make: (key: string) => Value) {
    this.#most = most;
    this.#make = make;
  }

  get(key: string): Value {
    // Most often it is the same as before, which then is the latest already.
    if (key === this.#lastKey) return this.#lastValue as Value;
    const known = this.#values.get(key);
    const value = known ?? this.#make(key);
    if (known !== undefined) this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#most) this.forget(this.#values.keys().next().value as string);
    this.#lastKey = key;
    this.#lastValue = value;
    return value;
  }

  /** The next to ask for it gets a new one. */
  forget(key: string): void {
    this.#values.delete(key);
    if (key !== this.#lastKey) return;
    this.#lastKey = undefined;
    this.#lastValue = undefined;
  }
}
