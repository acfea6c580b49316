import { randomUUID } from 'node:crypto';
import type { RateBucketKey } from '../../storage/rate-limit-store.ts';
import type { RequestSlotStore, SlotHolding } from '../../storage/request-slot-store.ts';
import { describeError, log } from '../../telemetry/index.ts';
import { LimitsUnavailable } from './limits-unavailable.ts';
import type { ServerClock } from './server-clock.ts';

export interface SlotServices {
  readonly slots: Pick<RequestSlotStore, 'change'>;
  readonly clock: ServerClock;
}

interface Waiter {
  readonly resolve: (hasSlot: boolean) => void;
  readonly reject: (error: LimitsUnavailable) => void;
}

/** A process that dies leaves its slots held for no longer than this. */
const holdMs = 60_000;
const renewMs = 20_000;
/** That all slots are held stays true for about this long. */
const fullMs = 250;
const mostAttempts = 12;
const failureMs = 1_000;
/** Slots that were in use within one or two of these are kept, while other requests are under way. */
const peakMs = 1_000;

/**
 * The requests under way at the same time, of one limit and subject. This process holds slots in the store for those
 * that it serves, and keeps a freed one for the next request as long as others are under way: a process that serves
 * nothing holds nothing, and one that dies holds nothing for long. All processes together never hold more than there
 * are.
 */
export class RequestSlots {
  readonly #key: RateBucketKey;
  readonly #services: SlotServices;
  readonly #holder = randomUUID().slice(0, 13);
  #most: number;
  #holding: SlotHolding | undefined;
  /** What may be used of it: less while some of it is being returned. */
  #usable = 0;
  #inUse = 0;
  #waiters: Waiter[] = [];
  #adjusting: Promise<void> | undefined;
  #fullUntilMs = Number.NEGATIVE_INFINITY;
  #failedUntilMs = Number.NEGATIVE_INFINITY;
  #failure: unknown;
  #renewal: NodeJS.Timeout | undefined;
  #peakSlot = 0;
  #peak = 0;
  #peakBefore = 0;

  constructor(key: RateBucketKey, most: number, services: SlotServices) {
    this.#key = key;
    this.#most = most;
    this.#services = services;
  }

  /** Goes on with another number of slots. */
  adopt(most: number): void {
    this.#most = most;
  }

  /** Whether all slots are known to be held. */
  isFull(): boolean {
    return this.#free === 0 && this.#services.clock.localMs() < this.#fullUntilMs;
  }

  /**
   * Takes a slot, or tells that there is none.
   *
   * @throws LimitsUnavailable
   */
  take(): boolean | Promise<boolean> {
    if (this.#waiters.length === 0 && this.#free > 0) {
      this.#use();
      return true;
    }
    if (this.isFull() || this.#inUse >= this.#most) return false;
    if (this.#services.clock.localMs() < this.#failedUntilMs)
      return Promise.reject(unavailable(this.#failure));
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#adjusting ??= this.#adjust();
    });
  }

  /** Frees a slot. The promise is of a write that nobody has to wait for. */
  release(): Promise<void> | undefined {
    this.#inUse -= 1;
    this.#serve();
    if (this.#waiters.length > 0 || this.#held <= this.#needed) return undefined;
    this.#adjusting ??= this.#adjust();
    return this.#adjusting;
  }

  get #held(): number {
    return this.#holding?.count ?? 0;
  }

  get #free(): number {
    return Math.min(this.#usable, this.#most) - this.#inUse;
  }

  /** How many slots this process should go on holding. */
  get #needed(): number {
    if (this.#inUse === 0) return 0;
    this.#turnPeak();
    return Math.max(this.#inUse, this.#peak, this.#peakBefore);
  }

  #use(): void {
    this.#inUse += 1;
    this.#turnPeak();
    this.#peak = Math.max(this.#peak, this.#inUse);
  }

  #turnPeak(): void {
    const slot = Math.floor(this.#services.clock.localMs() / peakMs);
    if (slot === this.#peakSlot) return;
    this.#peakBefore = slot === this.#peakSlot + 1 ? this.#peak : 0;
    this.#peak = this.#inUse;
    this.#peakSlot = slot;
  }

  #serve(): void {
    while (this.#waiters.length > 0 && this.#free > 0) {
      this.#use();
      this.#waiters.shift()?.resolve(true);
    }
  }

  /** Brings what is held to what is needed. One after the other: each write expects what the one before left. */
  async #adjust(renews = false): Promise<void> {
    // All who come in the same turn of the event loop share the write.
    await null;
    let attempts = 0;
    let isRenewed = !renews;
    try {
      while (attempts < mostAttempts) {
        this.#serve();
        if (this.#inUse >= this.#most) this.#refuseBeyond(0);
        const isWanted = this.#waiters.length > 0;
        const wanted = isWanted ? Math.min(this.#most, this.#inUse + this.#waiters.length) : this.#needed;
        if (!isWanted && isRenewed && wanted >= this.#held) return;
        const isDone = await this.#hold(wanted);
        isRenewed ||= isDone;
        attempts = isDone ? 0 : attempts + 1;
      }
      throw new Error(`${mostAttempts} writes lost against others`);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#adjusting = undefined;
      this.#planRenewal();
    }
  }

  async #hold(count: number): Promise<boolean> {
    const { slots, clock } = this.#services;
    const sentAtMs = clock.localMs();
    const before = this.#holding;
    const untilMs = Math.floor(clock.nowUs() / 1_000) + holdMs;
    const after = count > 0 ? { count, untilMs } : undefined;
    this.#usable = Math.min(count, before?.count ?? 0);
    const answer = await slots.change(this.#key, this.#holder, before, after, this.#most);
    clock.observe(sentAtMs, answer.serverMs);
    if (answer.changed) {
      this.#holding = after;
      this.#usable = count;
      if (count < (before?.count ?? 0)) this.#fullUntilMs = Number.NEGATIVE_INFINITY;
      this.#serve();
      return true;
    }
    const mine = answer.holdings[this.#holder];
    this.#holding = mine;
    this.#usable = mine?.count ?? 0;
    // Somebody took what had not been renewed in time, or an answer to an earlier write was lost.
    if (mine?.untilMs !== before?.untilMs || mine?.count !== before?.count) return false;
    if (await this.#reclaim(answer.holdings)) return false;
    this.#refuseBeyond(this.#most - answer.heldCount);
    return false;
  }

  /** Takes away what processes hold that have not renewed it. Tells whether there was any. */
  async #reclaim(holdings: Readonly<Record<string, SlotHolding>>): Promise<boolean> {
    const { slots, clock } = this.#services;
    const nowMs = clock.nowUs() / 1_000;
    const expired = Object.entries(holdings).filter(
      ([holder, { untilMs }]) => holder !== this.#holder && untilMs < nowMs,
    );
    await Promise.all(
      expired.map(([holder, holding]) => slots.change(this.#key, holder, holding, undefined, this.#most)),
    );
    return expired.length > 0;
  }

  /** Refuses those for whom there is no slot, the last first. */
  #refuseBeyond(room: number): void {
    const fitting = Math.max(0, room + Math.min(this.#held, this.#most) - this.#inUse);
    const refused = this.#waiters.splice(fitting);
    if (refused.length > 0) this.#fullUntilMs = this.#services.clock.localMs() + fullMs;
    for (const { resolve } of refused) resolve(false);
  }

  #planRenewal(): void {
    clearTimeout(this.#renewal);
    this.#renewal = undefined;
    if (!this.#holding) return;
    this.#renewal = setTimeout(() => {
      this.#adjusting ??= this.#adjust(true);
    }, renewMs);
    this.#renewal.unref();
  }

  /** Slots that cannot be returned now become free by themselves. */
  #fail(error: unknown): void {
    this.#failure = error;
    this.#failedUntilMs = this.#services.clock.localMs() + failureMs;
    const waiters = this.#waiters;
    this.#waiters = [];
    if (waiters.length === 0) {
      log.warn('slots of concurrent requests not adjusted', {
        bucket: this.#key.partition,
        ...describeError(error),
      });
    }
    for (const { reject } of waiters) reject(unavailable(error));
  }
}

function unavailable(cause: unknown): LimitsUnavailable {
  return new LimitsUnavailable('the store of the rate limits does not answer', { cause });
}
