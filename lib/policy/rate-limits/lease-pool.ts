interface Lease {
  amountUs: number;
  /** When the last of it has drained from the bucket. */
  readonly endUs: number;
}

/** More are merged: a bound for the time that a look at them takes. */
const mostLeases = 8;

/**
 * What a process has been charged for at one meter and has not used: in microseconds, like the meter. A charge drains
 * from the meter as time goes by, its last part at `endUs`; what is unused of it drains with it, or it would be used in
 * addition to what the emptied meter then admits. That is what keeps the sum over all processes within the limit.
 */
export class LeasePool {
  /** By their ends, the first to end first. */
  #leases: Lease[] = [];
  #debtUs = 0;

  /** Used beyond what was charged, and to be charged still. */
  get debtUs(): number {
    return this.#debtUs;
  }

  /** What can be used now; below zero where there is a debt. */
  usableUs(nowUs: number): number {
    let usable = 0 - this.#debtUs;
    for (const { amountUs, endUs } of this.#leases) usable += Math.max(0, Math.min(amountUs, endUs - nowUs));
    return usable;
  }

  /** Adds what was charged, or what a request that was charged did not use. A debt is paid first. */
  add(amountUs: number, endUs: number): void {
    const paid = Math.min(amountUs, this.#debtUs);
    this.#debtUs -= paid;
    const lease = { amountUs: amountUs - paid, endUs };
    if (lease.amountUs <= 0) return;
    const later = this.#leases.findIndex((other) => other.endUs > endUs);
    this.#leases.splice(later < 0 ? this.#leases.length : later, 0, lease);
    const [first, second] = this.#leases;
    if (this.#leases.length > mostLeases && first && second) {
      // The earlier end of both: a part may be lost, none is won.
      this.#leases.splice(0, 2, { amountUs: first.amountUs + second.amountUs, endUs: first.endUs });
    }
  }

  /**
   * Uses an amount, first what ends first; what there is not becomes a debt.
   *
   * @returns the end of the first lease of which something was used: no earlier will its unused part have drained
   */
  spend(amountUs: number, nowUs: number): number {
    let left = amountUs;
    let end = Number.POSITIVE_INFINITY;
    let drained = 0;
    for (const lease of this.#leases) {
      lease.amountUs = Math.min(lease.amountUs, Math.max(0, lease.endUs - nowUs));
      const used = Math.min(left, lease.amountUs);
      if (used > 0) end = Math.min(end, lease.endUs);
      lease.amountUs -= used;
      left -= used;
      if (lease.amountUs <= 0) drained += 1;
    }
    if (drained > 0) this.#leases = this.#leases.filter(({ amountUs: some }) => some > 0);
    // Less than a microsecond is the rounding of what was asked for.
    if (left > 1e-3) this.#debtUs += left;
    return end === Number.POSITIVE_INFINITY ? nowUs : end;
  }

  /** Takes a debt out, to charge it. */
  takeDebt(): number {
    const debt = this.#debtUs;
    this.#debtUs = 0;
    return debt;
  }

  addDebt(amountUs: number): void {
    this.#debtUs += amountUs;
  }
}
