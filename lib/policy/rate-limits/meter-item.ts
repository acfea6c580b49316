import type {
  ChargeAnswer,
  MeterCharge,
  RateBucketKey,
  RateLimitStore,
} from '../../storage/rate-limit-store.ts';
import type { Timed } from '../../storage/timed.ts';
import { Meter } from './meter.ts';
import { type LimitRule, meterKinds } from './rule.ts';
import { noticeableSkewMs, type ServerClock } from './server-clock.ts';

export type MeterStore = Pick<RateLimitStore, 'charge' | 'read' | 'credit'>;

export interface MeterServices {
  readonly store: MeterStore;
  readonly clock: ServerClock;
  /** Above it, processes take more in advance, to write less often. */
  readonly fewWritesPerSecond: number;
}

/** When something was charged, by the clock as it was corrected then. */
interface Moment {
  readonly nowUs: number;
  /** By how much the real time may have been later. */
  readonly lagUs: number;
  readonly offsetMs: number;
}

const hourMs = 3_600_000;
/** What is taken in advance lasts between the least and the most. */
const leastLeaseUs = 1e6;
const mostLeaseUs = 5e6;
/** Writes are counted over at least this long. */
const countedMs = 200;

/** The meters of one limit and subject, and the item of the store in which they are. */
export class MeterItem {
  readonly key: RateBucketKey;
  readonly #services: MeterServices;
  #rule: LimitRule;
  #meters: readonly Meter[];
  #leaseUs = leastLeaseUs;
  #counted: { readonly writes: number; readonly atMs: number } | undefined;

  constructor(key: RateBucketKey, rule: LimitRule, services: MeterServices) {
    this.key = key;
    this.#rule = rule;
    this.#services = services;
    this.#meters = metersOf(rule, []);
  }

  get meters(): readonly Meter[] {
    return this.#meters;
  }

  /** Goes on with the rule as it is now. What is used stays used, as a share of the limit. */
  adopt(rule: LimitRule): void {
    if (rule === this.#rule) return;
    this.#rule = rule;
    this.#meters = metersOf(rule, this.#meters);
    this.#lease(this.#leaseUs);
  }

  /**
   * Charges what is needed of each meter, and in advance what is likely to be needed next, as far as it fits in.
   *
   * @returns when it was charged; undefined where it was not, because something had been known wrongly, which it is no
   *   more
   */
  async charge(needUs: (meter: Meter) => number): Promise<number | undefined> {
    const moment = this.#moment();
    const { nowUs, lagUs } = moment;
    const charges: MeterCharge[] = [];
    for (const meter of this.#meters) {
      const lackUs = meter.lackUs(needUs(meter) + meter.advanceUs(nowUs), nowUs);
      const amountUs = Math.min(lackUs, Math.floor(meter.roomUs(nowUs)));
      if (amountUs <= 0) continue;
      const isIdle = meter.seemsIdle(nowUs);
      charges.push({
        meter: meter.kind.name,
        amountUs: isIdle ? amountUs + lagUs : amountUs,
        isIdle,
        latestUs: nowUs + meter.capacityUs,
      });
    }
    if (charges.length === 0) return nowUs;
    const answer = await this.#write(charges, nowUs);
    if (!answer.charged) return undefined;
    // Other calls of this process may have corrected the clock meanwhile, too.
    const correctionMs = this.#services.clock.offsetMs - moment.offsetMs;
    if (Math.abs(correctionMs) < noticeableSkewMs) {
      this.#fill(charges, answer, moment);
      return nowUs;
    }
    const isRight = await this.#correct(charges, answer, moment, correctionMs);
    return isRight ? nowUs + correctionMs * 1_000 : undefined;
  }

  /** Looks up how the meters stand. */
  async read(): Promise<void> {
    const sentAtMs = this.#services.clock.localMs();
    this.#learn({ charged: false, ...(await this.#services.store.read(this.key)) }, sentAtMs);
  }

  /** Whether the store has to know something of the tokens that were really used. */
  isUnbalanced(): boolean {
    const nowUs = this.#services.clock.nowUs();
    return this.#meters.some((meter) => meter.pool.debtUs >= 1 || meter.surplusUs(nowUs) > 0);
  }

  /** Gives back what was estimated too high, where this process does not need it itself. */
  async creditSurplus(): Promise<void> {
    const { nowUs } = this.#moment();
    const credits: Record<string, number> = {};
    for (const meter of this.#meters) {
      const surplusUs = meter.surplusUs(nowUs);
      if (surplusUs <= 0) continue;
      meter.pool.spend(surplusUs, nowUs);
      meter.tatUs -= surplusUs;
      credits[meter.kind.name] = surplusUs;
    }
    if (Object.keys(credits).length > 0) await this.#services.store.credit(this.key, credits);
  }

  /** Charges what was used beyond the estimates, however full the bucket is: the next requests wait for it. */
  async chargeDebts(): Promise<void> {
    const moment = this.#moment();
    const charges: MeterCharge[] = [];
    for (const meter of this.#meters) {
      const amountUs = Math.ceil(meter.pool.debtUs);
      if (amountUs <= 0) continue;
      const isIdle = meter.seemsIdle(moment.nowUs);
      charges.push({ meter: meter.kind.name, amountUs: isIdle ? amountUs + moment.lagUs : amountUs, isIdle });
    }
    if (charges.length === 0) return;
    const answer = await this.#write(charges, moment.nowUs);
    if (answer.charged) this.#fill(charges, answer, moment);
  }

  #moment(): Moment {
    const { clock } = this.#services;
    return { nowUs: clock.nowUs(), lagUs: clock.lagUs, offsetMs: clock.offsetMs };
  }

  async #write(charges: readonly MeterCharge[], nowUs: number): Promise<ChargeAnswer> {
    const { store, clock } = this.#services;
    const sentAtMs = clock.localMs();
    const answer = await store.charge(this.key, nowUs, charges, this.#expiresAtMs(nowUs));
    this.#learn(answer, sentAtMs);
    return answer;
  }

  #learn({ charged, found, writes, serverMs }: Timed<ChargeAnswer>, sentAtMs: number): void {
    const { clock } = this.#services;
    clock.observe(sentAtMs, serverMs);
    this.#noteWrites(writes);
    for (const meter of this.#meters) {
      const foundUs = found[meter.kind.name];
      // Where nothing was charged, the whole item was found: what is not in it is empty.
      if (charged && foundUs === undefined) continue;
      meter.learn(foundUs ?? 0, clock.nowUs());
      meter.knownAtMs = clock.localMs();
    }
  }

  /**
   * An item takes about a thousand writes a second. Where many processes write to one, each takes more in advance, so
   * that all together write about as often as is well below that.
   */
  #noteWrites(writes: number): void {
    const atMs = this.#services.clock.localMs();
    const counted = this.#counted;
    // The item was made anew, or this is the first look at it.
    if (!counted || writes < counted.writes) {
      this.#counted = { writes, atMs };
      return;
    }
    if (atMs - counted.atMs < countedMs) return;
    const perSecond = ((writes - counted.writes) * 1_000) / (atMs - counted.atMs);
    this.#counted = { writes, atMs };
    this.#lease((this.#leaseUs * perSecond) / this.#services.fewWritesPerSecond);
  }

  #lease(leaseUs: number): void {
    this.#leaseUs = Math.min(mostLeaseUs, Math.max(leastLeaseUs, leaseUs));
    for (const { traffic } of this.#meters) traffic.leaseUs = this.#leaseUs;
  }

  /** Puts what was charged into the pools. */
  #fill(charges: readonly MeterCharge[], { found }: ChargeAnswer, { nowUs, lagUs }: Moment): void {
    for (const { meter: name, amountUs, isIdle } of charges) {
      const meter = this.#meter(name);
      if (!meter) continue;
      meter.tatUs = (isIdle ? nowUs : (found[name] ?? 0)) + amountUs;
      meter.knownAtMs = this.#services.clock.localMs();
      meter.pool.add(isIdle ? amountUs - lagUs : amountUs, meter.tatUs - lagUs);
    }
  }

  /**
   * The clock was wrong with which something was charged: makes of it what the right one would have.
   *
   * @returns false where that would have charged nothing
   */
  async #correct(
    charges: readonly MeterCharge[],
    { found }: ChargeAnswer,
    wrong: Moment,
    correctionMs: number,
  ): Promise<boolean> {
    const rightUs = wrong.nowUs + correctionMs * 1_000;
    const { lagUs } = this.#services.clock;
    const made = charges.map((charge) => {
      const { meter: name, isIdle } = charge;
      const foundUs = found[name] ?? 0;
      const meter = this.#meter(name);
      const amountUs = isIdle ? charge.amountUs - wrong.lagUs : charge.amountUs;
      const writtenUs = (isIdle ? wrong.nowUs : foundUs) + charge.amountUs;
      const wasIdle = foundUs <= rightUs;
      const beforeUs = wasIdle ? rightUs + lagUs : foundUs;
      // What a clock that is behind took for empty it has put too early, or has not charged at all.
      const isCharged = writtenUs >= beforeUs + amountUs;
      const fits = wasIdle || !meter || foundUs + amountUs <= rightUs + meter.capacityUs;
      return { name, meter, amountUs, writtenUs, beforeUs, isRight: isCharged && fits };
    });
    const isRight = made.every((charge) => charge.isRight);
    const credits: Record<string, number> = {};
    const written: Record<string, number> = {};
    for (const { name, meter, amountUs, writtenUs, beforeUs } of made) {
      const rightEndUs = isRight ? beforeUs + amountUs : beforeUs;
      const excessUs = Math.floor(writtenUs - rightEndUs);
      if (excessUs > 0) {
        credits[name] = excessUs;
        written[name] = writtenUs;
      }
      if (!meter) continue;
      meter.tatUs = writtenUs - Math.max(0, excessUs);
      if (isRight) meter.pool.add(amountUs, rightEndUs - lagUs);
    }
    // Where somebody has charged since, it stays until it has drained: what others have leased would lie earlier.
    if (Object.keys(credits).length > 0) await this.#services.store.credit(this.key, credits, written);
    return isRight;
  }

  #meter(name: string): Meter | undefined {
    return this.#meters.find(({ kind }) => kind.name === name);
  }

  /** The item of a bucket that is empty is not needed: one that is not there counts as empty. */
  #expiresAtMs(nowUs: number): number {
    let latestUs = nowUs;
    for (const { tatUs, kind } of this.#meters) {
      latestUs = Math.max(latestUs, Math.max(tatUs, nowUs) + kind.periodUs);
    }
    return latestUs / 1_000 + hourMs;
  }
}

/** The meters of a rule; those that there are already go on. */
function metersOf(rule: LimitRule, before: readonly Meter[]): readonly Meter[] {
  return meterKinds.flatMap((kind) => {
    const limit = rule[kind.name];
    if (limit === undefined) return [];
    const meter = before.find((other) => other.kind === kind) ?? new Meter(kind, limit);
    meter.limit = limit;
    return [meter];
  });
}
