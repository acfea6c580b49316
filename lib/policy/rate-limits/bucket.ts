import { describeError, log } from '../../telemetry/index.ts';
import { type Claim, claim, costUs, giveBack, settleClaim } from './claim.ts';
import { LimitsUnavailable } from './limits-unavailable.ts';
import type { Meter } from './meter.ts';
import type { MeterItem } from './meter-item.ts';
import type { ServerClock } from './server-clock.ts';

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

/** What was looked up is taken to be so for this long; that something is used up, longer. */
const knowledgeMs = 1_000;
/** A bucket that is this much fuller than full is looked at again. */
const overfullUs = 1e6;
/** So many writes may lose against other processes' before the limit counts as unavailable. */
const mostAttempts = 12;
/** After a failure of the store nobody waits for it for this long. */
const failureMs = 1_000;

/**
 * The admission of requests to one limit and subject. They are admitted from what this process has been charged for;
 * where that is not enough, one write for all who wait charges more.
 */
export class RateBucket {
  readonly item: MeterItem;
  readonly #clock: ServerClock;
  #waiters: Waiter[] = [];
  #charging: Promise<void> | undefined;
  #settling: Promise<void> | undefined;
  #failedUntilMs = Number.NEGATIVE_INFINITY;
  #failure: unknown;

  constructor(item: MeterItem, clock: ServerClock) {
    this.item = item;
    this.#clock = clock;
  }

  /** Whether a request is known to be over the limit, without asking the store. Charges nothing. */
  exhaustion(tokens: number): Exhaustion | undefined {
    const nowUs = this.#clock.nowUs();
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
      const nowUs = this.#clock.nowUs();
      if (this.#covers(tokens, nowUs)) return claim(this.item.meters, tokens, nowUs);
    }
    if (this.#isFailing()) return Promise.reject(unavailable(this.#failure));
    return new Promise((resolve, reject) => {
      this.#waiters.push({ tokens, resolve, reject });
      this.#charging ??= this.#charge();
    });
  }

  /** Charges for what is likely to be asked for next, so that nobody waits for it. Undefined where there is enough. */
  restock(): Promise<void> | undefined {
    if (this.#charging) return undefined;
    const nowUs = this.#clock.nowUs();
    if (!this.item.meters.some((meter) => meter.isLow(nowUs)) || this.#isFailing()) return undefined;
    this.#charging = this.#charge();
    return this.#charging;
  }

  /** Corrects a claim to the tokens really used. The promise is of a write that nobody has to wait for. */
  settle(taken: Claim, usedTokens: number): Promise<void> | undefined {
    settleClaim(taken, usedTokens, this.#clock.nowUs());
    return this.#balance();
  }

  /** Takes a claim back whole. */
  cancel(taken: Claim): Promise<void> | undefined {
    giveBack(taken);
    return this.#balance();
  }

  #isFailing(): boolean {
    return this.#clock.localMs() < this.#failedUntilMs;
  }

  #covers(tokens: number, nowUs: number): boolean {
    for (const meter of this.item.meters) {
      if (meter.lackUs(costUs(meter, tokens), nowUs) > 0) return false;
    }
    return true;
  }

  /** The meter that a request has to wait for longest, if it has to. */
  #worst(tokens: number, nowUs: number): Exhaustion | undefined {
    let worst: Exhaustion | undefined;
    for (const meter of this.item.meters) {
      const needUs = costUs(meter, tokens);
      const waitMs = Math.ceil(meter.waitUs(needUs, nowUs) / 1_000);
      if (waitMs === 0 || (worst && worst.waitMs >= waitMs)) continue;
      worst = { meter, waitMs, possible: Math.floor(needUs) <= meter.capacityUs };
    }
    return worst;
  }

  /**
   * Requests that were charged stay charged, so that what is used up stays so until it has drained. Tokens may be given
   * back, so that is looked up again now and then; and so is a bucket that is more than full, by a debt or by a process
   * whose clock was ahead and is being corrected.
   */
  #isCertain({ meter, waitMs, possible }: Exhaustion, nowUs: number): boolean {
    if (!possible) return true;
    const ageMs = this.#clock.localMs() - meter.knownAtMs;
    if (ageMs < knowledgeMs) return true;
    if (meter.roomUs(nowUs) < -overfullUs) return false;
    return meter.kind.counts === 'requests' || ageMs < waitMs / 10;
  }

  async #charge(): Promise<void> {
    // All who come in the same turn of the event loop share the write.
    await null;
    try {
      let failures = 0;
      do {
        if (!this.#serve() && this.#waiters.length > 0) {
          await this.item.read();
          continue;
        }
        const planned = this.#waiters;
        const chargedAtUs = await this.item.charge((meter) => neededUs(meter, planned));
        failures = chargedAtUs === undefined ? failures + 1 : 0;
        if (failures === mostAttempts) throw new Error(`${mostAttempts} writes lost against others`);
        if (chargedAtUs !== undefined) this.#admit(planned, chargedAtUs);
        this.#serve();
      } while (this.#waiters.length > 0);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#charging = undefined;
    }
  }

  /**
   * Admits those for whom something was charged, as of then: on the way back of the answer some of it has drained, which
   * was theirs. What is left over they have not waited for, and it is used as of when it is.
   */
  #admit(planned: readonly Waiter[], chargedAtUs: number): void {
    const admitted = new Set<Waiter>();
    for (const waiter of planned) {
      if (!this.#covers(waiter.tokens, chargedAtUs)) continue;
      waiter.resolve(claim(this.item.meters, waiter.tokens, chargedAtUs));
      admitted.add(waiter);
    }
    this.#waiters = this.#waiters.filter((waiter) => !admitted.has(waiter));
  }

  /**
   * Lets those go on for whom there is enough, and refuses those for whom there will not be.
   *
   * @returns false where the first of them would be refused by what was looked up too long ago
   */
  #serve(): boolean {
    const nowUs = this.#clock.nowUs();
    const waiting: Waiter[] = [];
    let isCertain = true;
    for (const waiter of this.#waiters) {
      const { tokens, resolve } = waiter;
      if (this.#covers(tokens, nowUs)) {
        resolve(claim(this.item.meters, tokens, nowUs));
        continue;
      }
      const found = this.#worst(tokens, nowUs);
      if (found && this.#isCertain(found, nowUs)) {
        resolve(found);
        continue;
      }
      if (found && waiting.length === 0) isCertain = false;
      waiting.push(waiter);
    }
    this.#waiters = waiting;
    return isCertain;
  }

  /**
   * Has the store know what it has to of the tokens that answers really used. Nobody waits for it: where it fails, a
   * debt stays in this process, and what was to be given back drains by itself.
   */
  #balance(): Promise<void> | undefined {
    if (this.#settling || !this.item.isUnbalanced()) return this.#settling;
    this.#settling = this.#settleUp()
      .catch((error: unknown) => {
        log.error('tokens not settled', { bucket: this.item.key.partition, ...describeError(error) });
      })
      .finally(() => {
        this.#settling = undefined;
      });
    return this.#settling;
  }

  async #settleUp(): Promise<void> {
    // A charge that is under way may pay the debt, or need the surplus.
    await this.#charging;
    for (let attempts = 0; attempts < mostAttempts && this.item.isUnbalanced(); attempts += 1) {
      await this.item.creditSurplus();
      await this.item.chargeDebts();
    }
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#failedUntilMs = this.#clock.localMs() + failureMs;
    const waiters = this.#waiters;
    this.#waiters = [];
    if (waiters.length === 0) {
      log.warn('rate limit not restocked', { bucket: this.item.key.partition, ...describeError(error) });
    }
    for (const { reject } of waiters) reject(unavailable(error));
  }
}

function neededUs(meter: Meter, waiters: readonly Waiter[]): number {
  let needed = 0;
  for (const { tokens } of waiters) needed += costUs(meter, tokens);
  return needed;
}

function unavailable(cause: unknown): LimitsUnavailable {
  return new LimitsUnavailable('the store of the rate limits does not answer', { cause });
}
