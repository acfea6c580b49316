import { LeasePool } from './lease-pool.ts';
import type { MeterKind } from './rule.ts';
import { Traffic } from './traffic.ts';

/** Rounding of fractions that add up to whole units. */
const epsilonUs = 1e-3;
/** No process takes in advance more than this share of what is left. */
const leaseShare = 0.05;
/** With less than this share of what was used lately, more is charged behind the request. */
const lowShare = 0.3;

/**
 * One limit of one subject, as this process knows it: a bucket that drains at a constant rate, told by the time at which
 * it will be empty (GCRA's theoretical arrival time, TAT). Amounts are in microseconds: the time that they take to
 * drain. A whole period's limit is a whole period, so an amount is a share of the limit, whatever the limit is: where it
 * changes, the share that is used stays.
 */
export class Meter {
  readonly kind: MeterKind;
  /** Units per period. */
  limit: number;
  /** When the bucket will be empty, as far as is known; 0 where nothing is. */
  tatUs = 0;
  /** When the store told so, in milliseconds of this process's clock. */
  knownAtMs = Number.NEGATIVE_INFINITY;
  readonly pool = new LeasePool();
  readonly traffic = new Traffic();
  #othersFillIt = false;

  constructor(kind: MeterKind, limit: number) {
    this.kind = kind;
    this.limit = limit;
  }

  /** What one unit takes to drain. Not always a whole number; what is charged is, and the rest stays in the pool. */
  get unitUs(): number {
    return this.kind.periodUs / this.limit;
  }

  /**
   * What fits in: a period, and a little where units are no whole microseconds, because each process rounds up for
   * itself. It is less than a unit, so not one more fits in.
   */
  get capacityUs(): number {
    const { periodUs } = this.kind;
    if (periodUs % this.limit === 0) return periodUs;
    return periodUs + Math.max(0, Math.min(100, Math.floor(this.unitUs) - 1));
  }

  /**
   * Whether the bucket is likely to be empty. A write has to say so and fails where it is not, so for a bucket that this
   * process lets drain, what counts is whether others were found to fill it.
   */
  seemsIdle(nowUs: number): boolean {
    return this.tatUs <= nowUs && !this.#othersFillIt;
  }

  /** What the store told. */
  learn(tatUs: number, nowUs: number): void {
    if (this.tatUs <= nowUs) this.#othersFillIt = tatUs > nowUs;
    this.tatUs = tatUs;
  }

  /** What is in it now: used, or leased by some process. */
  backlogUs(nowUs: number): number {
    return Math.max(0, this.tatUs - nowUs);
  }

  /** What still fits in. */
  roomUs(nowUs: number): number {
    return this.capacityUs - this.backlogUs(nowUs);
  }

  /** What has to be charged so that `needUs` can be used, in whole microseconds. */
  lackUs(needUs: number, nowUs: number): number {
    const lack = needUs - this.pool.usableUs(nowUs);
    return lack <= epsilonUs ? 0 : Math.ceil(lack - epsilonUs);
  }

  /** How long to wait until `needUs` fits in; 0 where it does now. */
  waitUs(needUs: number, nowUs: number): number {
    return Math.max(0, this.lackUs(needUs, nowUs) - this.roomUs(nowUs));
  }

  /** Uses an amount for a request. Returns when it will have drained. */
  use(amountUs: number, nowUs: number): number {
    this.traffic.note(amountUs, nowUs);
    return this.pool.spend(amountUs, nowUs);
  }

  /**
   * What to have in advance: as much as this process lately used in the time of a lease; and on an almost empty bucket
   * so much that it has not drained before that time is over.
   */
  advanceUs(nowUs: number): number {
    const { traffic } = this;
    if (!traffic.isBusy(nowUs)) return 0;
    const wanted = Math.max(traffic.recentUs(nowUs), traffic.leaseUs - this.backlogUs(nowUs));
    const advanceUs = Math.min(wanted, Math.max(0, this.roomUs(nowUs)) * leaseShare);
    // Whole requests: no process has a part of one left that no other can use.
    return this.kind.counts === 'requests' ? Math.floor(advanceUs / this.unitUs) * this.unitUs : advanceUs;
  }

  /** Whether it is time to charge for the next requests, before one has to wait for it. */
  isLow(nowUs: number): boolean {
    const usableUs = this.pool.usableUs(nowUs);
    return (
      usableUs < lowShare * this.traffic.recentUs(nowUs) && this.advanceUs(nowUs) > usableUs + this.unitUs
    );
  }

  /** Tokens that were estimated too high and that this process will not need itself in the time of a lease. */
  surplusUs(nowUs: number): number {
    if (this.kind.counts !== 'tokens') return 0;
    const ownUs = this.traffic.isBusy(nowUs) ? this.traffic.recentUs(nowUs) : 0;
    const surplusUs = Math.floor(this.pool.usableUs(nowUs) - ownUs);
    if (surplusUs < 1) return 0;
    // A little, of a bucket that is far from full, drains before anybody misses it.
    const matters = surplusUs > this.capacityUs / 100 || this.backlogUs(nowUs) > this.capacityUs / 4;
    return matters ? surplusUs : 0;
  }

  /** Whole units that are left to this process. */
  remaining(nowUs: number): number {
    const left = this.roomUs(nowUs) + this.pool.usableUs(nowUs);
    return Math.max(0, Math.min(this.limit, Math.floor((left + epsilonUs) / this.unitUs)));
  }

  /** Until nothing is used any more. */
  resetUs(nowUs: number): number {
    return Math.max(0, this.backlogUs(nowUs) - this.pool.usableUs(nowUs));
  }
}
