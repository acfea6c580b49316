/** How many retries a process may make. */
export interface RetryBudgetLimits {
  /** Share of the requests of the last ten seconds. */
  readonly budgetRatio: number;
  /** Always allowed in ten seconds. */
  readonly budgetFloor: number;
}

const SECONDS = 10;

/**
 * Keeps retries from multiplying the load of an upstream that is failing under it: over ten seconds they may be at most
 * a share of the requests. Counted in whole seconds, so the window is between nine and ten seconds long.
 */
export class RetryBudget {
  private readonly requests = new Array<number>(SECONDS).fill(0);
  private readonly retries = new Array<number>(SECONDS).fill(0);
  private second = 0;
  private readonly limits: RetryBudgetLimits;
  private readonly now: () => number;

  /** @param now milliseconds. */
  constructor(limits: RetryBudgetLimits, now: () => number) {
    this.limits = limits;
    this.now = now;
  }

  countRequest(): void {
    const slot = this.slot();
    this.requests[slot] = (this.requests[slot] ?? 0) + 1;
  }

  /** Takes one retry from the budget. @returns false where none is left. */
  takeRetry(): boolean {
    const slot = this.slot();
    const allowed = Math.max(this.limits.budgetFloor, this.limits.budgetRatio * sum(this.requests));
    if (sum(this.retries) + 1 > allowed) return false;
    this.retries[slot] = (this.retries[slot] ?? 0) + 1;
    return true;
  }

  /** The slot of this second, with those of seconds gone by emptied. */
  private slot(): number {
    const second = Math.floor(this.now() / 1_000);
    for (let passed = Math.max(this.second + 1, second - SECONDS + 1); passed <= second; passed++) {
      this.requests[passed % SECONDS] = 0;
      this.retries[passed % SECONDS] = 0;
    }
    this.second = second;
    return second % SECONDS;
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
