/** Weight of the newest measurement. The last ten calls make up nearly nine tenths of the average. */
const NEWEST_SHARE = 0.2;

/** An exponentially weighted moving average of how long a target takes to answer. */
export class LatencyAverage {
  private averageMs: number | undefined;

  /** Undefined until something was measured. */
  get ms(): number | undefined {
    return this.averageMs;
  }

  add(ms: number): void {
    this.averageMs =
      this.averageMs === undefined ? ms : this.averageMs + NEWEST_SHARE * (ms - this.averageMs);
  }
}
