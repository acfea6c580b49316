import type {
  ChargeAnswer,
  MeterCharge,
  RateBucketKey,
  RateLimitStore,
} from '../../storage/rate-limit-store.ts';
import type { Timed } from '../../storage/timed.ts';
import { describeError, log } from '../../telemetry/index.ts';
import { type Claim, claim, costUs, giveBack, settleClaim } from './claim.ts';
import { LimitsUnavailable } from './limits-unavailable.ts';
import { Meter } from './meter.ts';
import { type LimitRule, meterKinds } from './rule.ts';
import { noticeableSkewMs, type ServerClock } from './server-clock.ts';

export type MeterStore = Pick<RateLimitStore, 'charge' | 'read' | 'credit'>;

export interface BucketServices {
  readonly store: MeterStore;
  readonly clock: ServerClock;
}

/** A meter is used up. */
export interface Exhaustion {
  readonly meter: Meter;
  readonly waitMs: number;
  /** False where the request does not even fit into the empty bucket. */
  readonly possible: boolean;
}

interface Waiter {
  readonly tokens: number;
  readonly resolve: (outcome: Claim | Exhaustion) => void;
  readonly reject: (error: LimitsUnavailable) => void;
}

/** What is known of the store stays so for this long; what was found out to be used up, longer. */
const knowledgeMs = 1_000;
/** Writes that lose against other processes' before the limit counts as unavailable. */
const mostAttempts = 12;
/** After a failure of the store nobody waits for it for this long. */
const failureMs = 1_000;
const hourMs = 3_600_000;

/**
 * The meters of one limit and subject, which are one item in the store. Requests are admitted from what this process has
 * been charged for; where that is not enough, one write for all who wait charges more.
 */
export class RateBucket {
  readonly #key: RateBucketKey;
  readonly #services: BucketServices;
  #rule: LimitRule;
  #meters: readonly Meter[] = [];
  #waiters: Waiter[] = [];
  #charging: Promise<void> | undefined;
  #failedUntilMs = Number.NEGATIVE_INFINITY;
  #failure: unknown;
  #settling: Promise<void> | undefined;

  constructor(key: RateBucketKey, rule: LimitRule, services: BucketServices) {
    this.#key = key;
    this.#services = services;
    this.#rule = rule;
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
  }

  /** Whether a request is known to be over the limit, without asking the store. Charges nothing. */
  exhaustion(tokens: number): Exhaustion | undefined {
    const nowUs = this.#services.clock.nowUs();
    const found = this.#worst(tokens, nowUs);
    return found && this.#isCertain(found, nowUs) ? found : undefined;
  }

  /**
   * Charges a request. At once where the pool has enough, and else with a write.
   *
   * @throws LimitsUnavailable
   */
  take(tokens: number): Claim | Promise<Claim | Exhaustion> {
    if (this.#waiters.length === 0) {
      const nowUs = this.#services.clock.nowUs();
      if (this.#covers(tokens, nowUs)) return claim(this.#meters, tokens, nowUs);
    }
    if (this.#services.clock.localMs() < this.#failedUntilMs)
      return Promise.reject(unavailable(this.#failure));
    return new Promise((resolve, reject) => {
      this.#waiters.push({ tokens, resolve, reject });
      this.#charging ??= this.#charge();
    });
  }

  /** Charges for what is likely to be asked for next, so that nobody waits for it. Undefined where there is enough. */
  restock(): Promise<void> | undefined {
    if (this.#charging) return undefined;
    const { clock } = this.#services;
    const nowUs = clock.nowUs();
    if (!this.#meters.some((meter) => meter.isLow(nowUs)) || clock.localMs() < this.#failedUntilMs)
      return undefined;
    this.#charging = this.#charge();
    return this.#charging;
  }

  /** Corrects a claim to the tokens really used. The promise is of a write that nobody has to wait for. */
  settle(taken: Claim, usedTokens: number): Promise<void> | undefined {
    settleClaim(taken, usedTokens, this.#services.clock.nowUs());
    return this.#balance();
  }

  /** Takes a claim back whole. */
  cancel(taken: Claim): Promise<void> | undefined {
    giveBack(taken);
    return this.#balance();
  }

  #covers(tokens: number, nowUs: number): boolean {
    for (const meter of this.#meters) {
      if (meter.lackUs(costUs(meter, tokens), nowUs) > 0) return false;
    }
    return true;
  }

  /** The meter that a request has to wait for longest, if it has to. */
  #worst(tokens: number, nowUs: number): Exhaustion | undefined {
    let worst: Exhaustion | undefined;
    for (const meter of this.#meters) {
      const needUs = costUs(meter, tokens);
      const waitMs = Math.ceil(meter.waitUs(needUs, nowUs) / 1_000);
      if (waitMs === 0 || (worst && worst.waitMs >= waitMs)) continue;
      worst = { meter, waitMs, possible: Math.floor(needUs) <= meter.capacityUs };
    }
    return worst;
  }

  /**
   * Requests that were charged stay charged, so that what is used up stays so until it has drained. Tokens may be given
   * back, so that is looked up again now and then. A bucket that is more than full was filled by a process with a
   * clock ahead, or is in debt: that may be corrected soon.
   */
  #isCertain({ meter, waitMs, possible }: Exhaustion, nowUs: number): boolean {
    if (!possible) return true;
    const ageMs = this.#services.clock.localMs() - meter.knownAtMs;
    if (ageMs < knowledgeMs) return true;
    if (meter.roomUs(nowUs) < -1e6) return false;
    return meter.kind.counts === 'requests' || ageMs < waitMs / 10;
  }

  async #charge(): Promise<void> {
    // All who come in the same turn of the event loop share the write.
    await null;
    try {
      let failures = 0;
      do {
        if (!this.#serve() && this.#waiters.length > 0) {
          await this.#read();
          continue;
        }
        const charged = await this.#chargeOnce();
        failures = charged ? 0 : failures + 1;
        if (failures === mostAttempts) throw new Error(`${mostAttempts} writes lost against others`);
        this.#serve();
      } while (this.#waiters.length > 0);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#charging = undefined;
    }
  }

  /**
   * Lets those go on for whom there is enough, and refuses those for whom there will not be.
   *
   * @returns false where somebody is over the limit by what was known some time ago
   */
  #serve(): boolean {
    const nowUs = this.#services.clock.nowUs();
    const waiting: Waiter[] = [];
    let isCertain = true;
    for (const waiter of this.#waiters) {
      const { tokens, resolve } = waiter;
      if (this.#covers(tokens, nowUs)) {
        resolve(claim(this.#meters, tokens, nowUs));
        continue;
      }
      const found = this.#worst(tokens, nowUs);
      if (found && this.#isCertain(found, nowUs)) resolve(found);
      else waiting.push(waiter);
      if (found && waiting.length === 1 && waiting[0] === waiter) isCertain = false;
    }
    this.#waiters = waiting;
    return isCertain;
  }

  /** Charges what those who wait need, and in advance what is likely to be needed next, as far as it fits in. */
  async #chargeOnce(): Promise<boolean> {
    const { store, clock } = this.#services;
    const sentAtMs = clock.localMs();
    const nowUs = clock.nowUs();
    const charges = this.#plan(nowUs);
    if (charges.length === 0) return true;
    const answer = await store.charge(this.#key, nowUs, charges, this.#expiresAtMs(nowUs));
    const correctionMs = this.#learn(answer, sentAtMs);
    if (!answer.charged) return false;
    if (Math.abs(correctionMs) >= noticeableSkewMs) {
      await this.#undo(answer, charges, nowUs, nowUs + correctionMs * 1_000);
      return false;
    }
    this.#fill(charges, answer, nowUs);
    return true;
  }

  async #read(): Promise<void> {
    const sentAtMs = this.#services.clock.localMs();
    this.#learn({ charged: false, ...(await this.#services.store.read(this.#key)) }, sentAtMs);
  }

  #plan(nowUs: number): MeterCharge[] {
    const charges: MeterCharge[] = [];
    for (const meter of this.#meters) {
      let needUs = 0;
      for (const { tokens } of this.#waiters) needUs += costUs(meter, tokens);
      const amountUs = Math.min(
        meter.lackUs(needUs + meter.advanceUs(nowUs), nowUs),
        Math.floor(meter.roomUs(nowUs)),
      );
      if (amountUs <= 0) continue;
      charges.push({
        meter: meter.kind.name,
        amountUs,
        isIdle: meter.seemsIdle(nowUs),
        latestUs: nowUs + meter.capacityUs,
      });
    }
    return charges;
  }

  /** The clock was wrong, so what was written by it is taken back, and decided again by the right one. */
  async #undo(
    { found }: ChargeAnswer,
    charges: readonly MeterCharge[],
    wrongUs: number,
    rightUs: number,
  ): Promise<void> {
    const credits: Record<string, number> = {};
    for (const { meter: name, amountUs, isIdle } of charges) {
      const before = found[name] ?? 0;
      // What is empty by the right clock may stay in the past, where it was put by one that is behind.
      const excess = isIdle ? wrongUs + amountUs - Math.max(before, rightUs) : amountUs;
      if (excess > 0) credits[name] = Math.floor(excess);
      const meter = this.#meter(name);
      if (meter) meter.tatUs = (isIdle ? wrongUs : before) + amountUs - (credits[name] ?? 0);
    }
    if (Object.keys(credits).length > 0) await this.#services.store.credit(this.#key, credits);
  }

  /** @returns by how many milliseconds the answer corrected the clock */
  #learn({ charged, found, serverMs }: Timed<ChargeAnswer>, sentAtMs: number): number {
    const { clock } = this.#services;
    const correctionMs = clock.observe(sentAtMs, serverMs);
    for (const meter of this.#meters) {
      const foundUs = found[meter.kind.name];
      // Where nothing was charged, the whole item was found: what is not in it is empty.
      if (charged && foundUs === undefined) continue;
      meter.learn(foundUs ?? 0, clock.nowUs());
      meter.knownAtMs = clock.localMs();
    }
    return correctionMs;
  }

  /**
   * Has the store know what it has to of the tokens that answers really used. Nobody waits for it: where it fails, a
   * debt stays in this process, and what was to be given back drains by itself.
   */
  #balance(): Promise<void> | undefined {
    if (!this.#settling && !this.#isUnbalanced(this.#services.clock.nowUs())) return undefined;
    this.#settling ??= this.#settleUp()
      .catch((error: unknown) => {
        log.error('tokens not settled', { bucket: this.#key.partition, ...describeError(error) });
      })
      .finally(() => {
        this.#settling = undefined;
      });
    return this.#settling;
  }

  #isUnbalanced(nowUs: number): boolean {
    return (
      this.#meters.some(({ pool }) => pool.debtUs >= 1) ||
      this.#meters.some((meter) => meter.surplusUs(nowUs) > 0)
    );
  }

  async #settleUp(): Promise<void> {
    // A charge that is under way may pay the debt, or need the surplus.
    await this.#charging;
    for (let writes = 0; writes < mostAttempts; writes += 1) {
      const nowUs = this.#services.clock.nowUs();
      if (!this.#isUnbalanced(nowUs)) return;
      await this.#creditSurplus(nowUs);
      await this.#chargeDebts(nowUs);
    }
  }

  async #creditSurplus(nowUs: number): Promise<void> {
    const credits: Record<string, number> = {};
    for (const meter of this.#meters) {
      const surplusUs = meter.surplusUs(nowUs);
      if (surplusUs <= 0) continue;
      meter.pool.spend(surplusUs, nowUs);
      meter.tatUs -= surplusUs;
      credits[meter.kind.name] = surplusUs;
    }
    if (Object.keys(credits).length > 0) await this.#services.store.credit(this.#key, credits);
  }

  /** Charges what was used beyond the estimates, however full the bucket is: the next requests wait for it. */
  async #chargeDebts(nowUs: number): Promise<void> {
    const charges: MeterCharge[] = [];
    for (const meter of this.#meters) {
      const amountUs = Math.ceil(meter.pool.debtUs);
      if (amountUs > 0) charges.push({ meter: meter.kind.name, amountUs, isIdle: meter.seemsIdle(nowUs) });
    }
    if (charges.length === 0) return;
    const { store, clock } = this.#services;
    const sentAtMs = clock.localMs();
    const answer = await store.charge(this.#key, nowUs, charges, this.#expiresAtMs(nowUs));
    this.#learn(answer, sentAtMs);
    if (answer.charged) this.#fill(charges, answer, nowUs);
  }

  /** Puts what was charged into the pools. */
  #fill(charges: readonly MeterCharge[], { found }: ChargeAnswer, nowUs: number): void {
    for (const { meter: name, amountUs, isIdle } of charges) {
      const meter = this.#meter(name);
      if (!meter) continue;
      meter.tatUs = (isIdle ? nowUs : (found[name] ?? 0)) + amountUs;
      meter.pool.add(amountUs, meter.tatUs);
    }
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#failedUntilMs = this.#services.clock.localMs() + failureMs;
    const waiters = this.#waiters;
    this.#waiters = [];
    if (waiters.length === 0) {
      log.warn('rate limit not restocked', { bucket: this.#key.partition, ...describeError(error) });
    }
    for (const { reject } of waiters) reject(unavailable(error));
  }

  #meter(name: string): Meter | undefined {
    return this.#meters.find(({ kind }) => kind.name === name);
  }

  /** Items of buckets that are empty are not needed: one that is not there counts as empty. */
  #expiresAtMs(nowUs: number): number {
    const latestUs = Math.max(
      nowUs,
      ...this.#meters.map(({ tatUs, kind }) => Math.max(tatUs, nowUs) + kind.periodUs),
    );
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

function unavailable(cause: unknown): LimitsUnavailable {
  return new LimitsUnavailable('the store of the rate limits does not answer', { cause });
}
