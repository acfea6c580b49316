/** A process that served this many requests in one or two times of a lease takes in advance. */
const busyUses = 2;

/** What this process used of a meter lately. */
export class Traffic {
  /** How long what is taken in advance should last, in microseconds. */
  leaseUs = 1e6;
  #startUs = 0;
  #usedUs = 0;
  #usedBeforeUs = 0;
  #uses = 0;
  #usesBefore = 0;

  note(amountUs: number, nowUs: number): void {
    const ageUs = nowUs - this.#startUs;
    if (ageUs >= this.leaseUs) {
      const follows = ageUs < 2 * this.leaseUs;
      this.#usedBeforeUs = follows ? this.#usedUs : 0;
      this.#usesBefore = follows ? this.#uses : 0;
      this.#usedUs = 0;
      this.#uses = 0;
      this.#startUs = nowUs;
    }
    this.#usedUs += amountUs;
    this.#uses += 1;
  }

  /** Whether this process serves several requests in the time of a lease, so that it pays to take in advance. */
  isBusy(nowUs: number): boolean {
    const ageUs = nowUs - this.#startUs;
    if (ageUs < this.leaseUs) return this.#uses + this.#usesBefore >= busyUses;
    return ageUs < 2 * this.leaseUs && this.#uses >= busyUses;
  }

  /** What was used in the time of a lease. */
  recentUs(nowUs: number): number {
    const ageUs = nowUs - this.#startUs;
    if (ageUs < this.leaseUs) return Math.max(this.#usedUs, this.#usedBeforeUs);
    return ageUs < 2 * this.leaseUs ? this.#usedUs : 0;
  }
}
