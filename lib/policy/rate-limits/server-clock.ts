/** How far off a clock may be before what was decided by it is decided again, in milliseconds. */
export const noticeableSkewMs = 100;

/**
 * The time that all processes share: the store's. Each of its answers carries the time, cut to whole seconds, which
 * bounds how far the clock of this process is off; more answers make the bounds narrower. A clock within the bounds is
 * taken as it is. One outside of them is corrected, and rather to the past: who is behind admits less, never more.
 *
 * So a clock that is a second or more off is noticed with the first answer, before anything is admitted by it, and
 * admits nothing beyond the limit. One that is off by less is noticed with later answers: until then it may admit as much
 * more as drains in the time that it is off, once.
 */
export class ServerClock {
  readonly #now: () => number;
  #leastOffsetMs = Number.NEGATIVE_INFINITY;
  #mostOffsetMs = Number.POSITIVE_INFINITY;
  #offsetMs = 0;

  /** @param now - the clock of this process, in milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Microseconds since 1970, a whole number. */
  nowUs(): number {
    return Math.floor((this.#now() + this.#offsetMs) * 1_000);
  }

  /** By how many milliseconds the clock of this process is corrected, as far as is known now. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /**
   * By how much the real time may be later, in microseconds: nothing for a clock that is taken as it is. Whoever charges
   * adds this, and whoever looks whether there is room does not: both err to the side that admits less.
   */
  get lagUs(): number {
    return this.#offsetMs === 0 ? 0 : Math.ceil((this.#mostOffsetMs - this.#leastOffsetMs) * 1_000);
  }

  /** The clock of this process as it is: for spans of time, and to say when a call was made. */
  localMs(): number {
    return this.#now();
  }

  /**
   * Learns from an answer that has just come.
   *
   * @param sentAtMs - when the call was made, by `localMs`
   * @param serverMs - the time that the answer tells; undefined where it tells none
   */
  observe(sentAtMs: number, serverMs: number | undefined): void {
    if (serverMs === undefined) return;
    const least = serverMs - this.#now();
    const most = serverMs + 1_000 - sentAtMs;
    const contradicts = least > this.#mostOffsetMs || most < this.#leastOffsetMs;
    // A contradiction: one of the clocks was set, or has drifted. What was learned before is out of date.
    this.#leastOffsetMs = contradicts ? least : Math.max(least, this.#leastOffsetMs);
    this.#mostOffsetMs = contradicts ? most : Math.min(most, this.#mostOffsetMs);
    const isPlausible = this.#leastOffsetMs <= 0 && this.#mostOffsetMs >= 0;
    this.#offsetMs = isPlausible ? 0 : this.#leastOffsetMs;
  }
}
