export interface CircuitBreakerLimits {
  /** Failures in a row that open the circuit. */
  readonly failureThreshold: number;
  /** How long it then refuses calls. */
  readonly openMs: number;
}

/**
 * Spares a failing target: after some failures in a row the circuit is open and nothing is sent; after a while it is
 * half open and lets a single call through, whose outcome closes it or opens it again.
 *
 * Every call that `tryAcquire` admitted ends in one of `succeeded`, `failed` and `released`; a stream may report
 * `answering` before that.
 */
export class CircuitBreaker {
  private failuresInARow = 0;
  private openUntilMs: number | undefined;
  private probing = false;
  private readonly limits: CircuitBreakerLimits;
  private readonly now: () => number;

  /** @param now milliseconds. */
  constructor(limits: CircuitBreakerLimits, now: () => number) {
    this.limits = limits;
    this.now = now;
  }

  /** Milliseconds until a call may be tried; 0 where it may be now. */
  waitMs(): number {
    if (this.openUntilMs === undefined) return 0;
    const waitMs = Math.max(0, this.openUntilMs - this.now());
    // The probe's outcome is not known, nor when it will be.
    return waitMs === 0 && this.probing ? this.limits.openMs : waitMs;
  }

  /** @returns false where the circuit is open, or half open with its one call under way. */
  tryAcquire(): boolean {
    if (this.waitMs() > 0) return false;
    if (this.openUntilMs !== undefined) this.probing = true;
    return true;
  }

  /** A stream has begun: enough to close a half-open circuit, not enough to forget earlier failures. */
  answering(): void {
    this.openUntilMs = undefined;
    this.probing = false;
  }

  succeeded(): void {
    this.answering();
    this.failuresInARow = 0;
  }

  failed(): void {
    this.failuresInARow++;
    if (this.probing || this.failuresInARow >= this.limits.failureThreshold) {
      this.openUntilMs = this.now() + this.limits.openMs;
    }
    this.probing = false;
  }

  /** The call told nothing about the target's health: the caller's mistake, a rate limit, a caller who went away. */
  released(): void {
    this.probing = false;
  }
}
