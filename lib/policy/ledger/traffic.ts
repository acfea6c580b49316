const windowMs = 1_000;
/** From this many holds in a second on, a process takes more at once than it needs. */
const busyHolds = 20;
/** An item that is written to so often is spared by every process that comes more than once. */
const busyWrites = 100;
const fewHolds = 3;

/** What a process has lately held of an account, and how often its item is written to by all of them together. */
export class Traffic {
  readonly #now: () => number;
  #windowStartMs = 0;
  #holds = 0;
  #amount = 0;
  #lastHolds = 0;
  #lastAmount = 0;
  #writes = 0;
  #writesAtMs = 0;
  #writesPerSecond = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(amount: number): void {
    this.#roll();
    this.#holds += 1;
    this.#amount += amount;
  }

  /** Learns how often the item has been written in all. */
  sees(writes: number): void {
    const now = this.#now();
    const passedMs = now - this.#writesAtMs;
    if (passedMs < windowMs / 2) return;
    // After a while of silence, a mean over it says nothing about now.
    const isMean = passedMs <= 10 * windowMs && writes >= this.#writes;
    this.#writesPerSecond = isMean ? ((writes - this.#writes) * 1_000) / passedMs : 0;
    this.#writes = writes;
    this.#writesAtMs = now;
  }

  /** The writes go to another item from now on. */
  forgetWrites(): void {
    this.#writesAtMs = this.#now();
    this.#writesPerSecond = 0;
    this.#writes = Number.NaN;
  }

  /** All processes' writes to the item, in a second. */
  get writesPerSecond(): number {
    return this.#now() - this.#writesAtMs > 10 * windowMs ? 0 : this.#writesPerSecond;
  }

  get isBusy(): boolean {
    this.#roll();
    const holds = Math.max(this.#holds, this.#lastHolds);
    return holds >= busyHolds || (holds >= fewHolds && this.writesPerSecond >= busyWrites);
  }

  /** About what a second takes. */
  get amountPerSecond(): number {
    this.#roll();
    return Math.max(this.#amount, this.#lastAmount);
  }

  #roll(): void {
    const now = this.#now();
    if (now - this.#windowStartMs < windowMs) return;
    const isNext = now - this.#windowStartMs < 2 * windowMs;
    this.#lastHolds = isNext ? this.#holds : 0;
    this.#lastAmount = isNext ? this.#amount : 0;
    this.#holds = 0;
    this.#amount = 0;
    this.#windowStartMs = now;
  }
}
