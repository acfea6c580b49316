const windowMs = 1_000;
/** From this many holds in a second on, an account's process takes more than it needs at once. */
const hotHolds = 20;

/** What a process has lately held on an account: tells whether to lease ahead, and how much. */
export class Traffic {
  readonly #now: () => number;
  #windowStartMs = 0;
  #holds = 0;
  #amount = 0;
  #lastHolds = 0;
  #lastAmount = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(amount: number): void {
    this.#roll();
    this.#holds += 1;
    this.#amount += amount;
  }

  get isHot(): boolean {
    this.#roll();
    return Math.max(this.#holds, this.#lastHolds) >= hotHolds;
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
