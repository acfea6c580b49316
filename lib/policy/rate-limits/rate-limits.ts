import type { TenantSettings } from '../../tenancy/index.ts';
import { Admission, type RateAdmission } from './admission.ts';
import { type Exhaustion, RateBucket } from './bucket.ts';
import {
  type DefaultLimits,
  type MatchedRule,
  partitionOf,
  type RateSubject,
  RuleMatcher,
} from './match-rules.ts';
import { MeterItem, type MeterServices, type MeterStore } from './meter-item.ts';
import { RequestSlots, type SlotServices } from './request-slots.ts';
import { type LimitRule, type MeterName, meterNames } from './rule.ts';
import { ServerClock } from './server-clock.ts';
import { describeMeter, type MeterStanding, type RateStanding, standingOf } from './standing.ts';

export interface RateLimitsOptions {
  readonly store: MeterStore;
  readonly slots: SlotServices['slots'];
  /** What applies to a key that has no rule of its own. */
  readonly defaults: DefaultLimits;
  /** This process's clock, in milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** Where an item is written to more often, processes take more in advance. @default 250 */
  readonly fewWritesPerSecond?: number;
  /** The limits of so many subjects are kept in mind. @default 10000 */
  readonly mostSubjects?: number;
}

export interface RateRequest {
  readonly settings: TenantSettings;
  readonly subject: RateSubject;
  /** About how many tokens the request will use. */
  readonly tokens: number;
  /**
   * Only the deployment's own limit counts. For requests that administer: or a tenant that has set a limit too low
   * could not repair it.
   */
  readonly onlyDefault?: boolean;
}

/** A request is over a limit. */
export interface RateRefusal {
  readonly admitted: false;
  readonly rule: LimitRule;
  readonly exhausted: 'requests' | 'tokens' | 'concurrency';
  /** Of the limit that is used up; absent for concurrent requests. */
  readonly period?: 'minute' | 'day';
  /** What the limit allows. */
  readonly limit: number;
  /** When this very request would be admitted. For concurrent requests nobody knows. */
  readonly retryAfterMs: number;
  /** False where the request is larger than a limit: it never will be. */
  readonly possible: boolean;
  readonly standing: RateStanding;
  /** What goes on behind the refusal; never fails. */
  readonly background?: Promise<unknown>;
}

/** Where a request was refused for want of a slot, another may be free by then. */
const slotRetryMs = 1_000;

/** What is kept in mind of one limit and subject. */
interface Counted {
  bucket: RateBucket | undefined;
  slots: RequestSlots | undefined;
}

/**
 * Holds callers to their limits, exactly over all processes together: requests and tokens per minute and day by GCRA,
 * and concurrent requests by slots that are held for a time. Every limit and subject has an item of its own in the store.
 * A busy process is charged for about a second in advance and admits from memory; one that knows a limit to be used up
 * refuses without asking.
 */
export class RateLimits {
  readonly #services: MeterServices;
  readonly #slots: SlotServices['slots'];
  readonly #clock: ServerClock;
  readonly #matcher: RuleMatcher;
  readonly #mostSubjects: number;
  readonly #counted = new Map<string, Counted>();

  constructor(options: RateLimitsOptions) {
    const {
      store,
      slots,
      defaults,
      now = Date.now,
      fewWritesPerSecond = 250,
      mostSubjects = 10_000,
    } = options;
    this.#slots = slots;
    this.#clock = new ServerClock(now);
    this.#services = { store, clock: this.#clock, fewWritesPerSecond };
    this.#matcher = new RuleMatcher(defaults);
    this.#mostSubjects = mostSubjects;
  }

  /**
   * Admits a request to all limits that apply to it, or refuses it and takes nothing.
   *
   * @throws LimitsUnavailable where a limit has to be looked up and cannot be
   */
  async take({
    settings,
    subject,
    tokens,
    onlyDefault = false,
  }: RateRequest): Promise<RateAdmission | RateRefusal> {
    const matched = onlyDefault
      ? this.#matcher.matchDefault(subject)
      : this.#matcher.match(settings, subject);
    const counted = matched.map((match) => this.#find(match, subject.tenantId));
    const known = this.#knownRefusal(matched, counted, tokens);
    if (known) return known;
    const admission = new Admission(counted, this.#clock);
    const refusals: RateRefusal[] = [];
    const failures: unknown[] = [];
    const waits: Promise<void>[] = [];
    const collect = <Outcome>(outcome: Outcome | Promise<Outcome>, note: (outcome: Outcome) => void) => {
      if (!(outcome instanceof Promise)) return note(outcome);
      waits.push(outcome.then(note, (error: unknown) => void failures.push(error)));
    };
    for (const [index, { bucket, slots }] of counted.entries()) {
      const { rule } = matched[index] as MatchedRule;
      if (bucket) {
        collect(bucket.take(tokens), (outcome) => {
          if ('meter' in outcome) refusals.push(this.#exhausted(rule, outcome, counted));
          else admission.took(bucket, outcome);
        });
      }
      if (slots) {
        collect(slots.take(), (hasSlot) => {
          if (hasSlot) admission.holds(slots);
          else refusals.push(this.#full(rule, counted));
        });
      }
    }
    // All at once: however many limits there are, a request waits for one round trip.
    if (waits.length > 0) await Promise.all(waits);
    if (refusals.length === 0 && failures.length === 0) return admission;
    const background = admission.cancel();
    const [refusal] = refusals.sort((one, other) => waitOf(other) - waitOf(one));
    if (!refusal) throw failures[0];
    return { ...refusal, ...(background && { background }) };
  }

  /**
   * How a limit stands for one subject, as the store tells it.
   *
   * @throws what the store throws
   */
  async standings(
    rule: LimitRule,
    tenantId: string,
    subject: string,
  ): Promise<Readonly<Partial<Record<MeterName, MeterStanding>>>> {
    const partition = partitionOf(rule, tenantId, subject);
    const known = this.#counted.get(partition)?.bucket?.item;
    const item = known ?? new MeterItem({ tenantId, partition }, rule, this.#services);
    item.adopt(rule);
    await item.read();
    const nowUs = this.#clock.nowUs();
    return Object.fromEntries(item.meters.map((meter) => [meter.kind.name, describeMeter(meter, nowUs)]));
  }

  /** The limits of a request that are known to be used up: the one that it has to wait for longest. */
  #knownRefusal(
    matched: readonly MatchedRule[],
    counted: readonly Counted[],
    tokens: number,
  ): RateRefusal | undefined {
    let longest: RateRefusal | undefined;
    for (const [index, { bucket, slots }] of counted.entries()) {
      const { rule } = matched[index] as MatchedRule;
      const exhaustion = bucket?.exhaustion(tokens);
      const refusal = exhaustion
        ? this.#exhausted(rule, exhaustion, counted)
        : slots?.isFull()
          ? this.#full(rule, counted)
          : undefined;
      if (refusal && (!longest || waitOf(refusal) > waitOf(longest))) longest = refusal;
    }
    return longest;
  }

  #exhausted(
    rule: LimitRule,
    { meter, waitMs, possible }: Exhaustion,
    counted: readonly Counted[],
  ): RateRefusal {
    return {
      admitted: false,
      rule,
      exhausted: meter.kind.counts,
      period: meter.kind.period,
      limit: meter.limit,
      retryAfterMs: waitMs,
      possible,
      standing: standingOf(counted, this.#clock.nowUs()),
    };
  }

  #full(rule: LimitRule, counted: readonly Counted[]): RateRefusal {
    return {
      admitted: false,
      rule,
      exhausted: 'concurrency',
      limit: rule.concurrentRequests ?? 0,
      retryAfterMs: slotRetryMs,
      possible: true,
      standing: standingOf(counted, this.#clock.nowUs()),
    };
  }

  #find({ rule, partition }: MatchedRule, tenantId: string): Counted {
    const known = this.#counted.get(partition);
    const counted = known ?? { bucket: undefined, slots: undefined };
    if (!known) this.#remember(partition, counted);
    const key = { tenantId, partition };
    if (!hasMeters(rule)) counted.bucket = undefined;
    else if (counted.bucket) counted.bucket.item.adopt(rule);
    else {
      const item = new MeterItem(key, rule, this.#services);
      counted.bucket = new RateBucket(item, this.#clock);
    }
    if (rule.concurrentRequests === undefined) counted.slots = undefined;
    else if (counted.slots) counted.slots.adopt(rule.concurrentRequests);
    else {
      counted.slots = new RequestSlots(key, rule.concurrentRequests, {
        slots: this.#slots,
        clock: this.#clock,
      });
    }
    return counted;
  }

  #remember(partition: string, counted: Counted): void {
    if (this.#counted.size >= this.#mostSubjects) {
      // A Map iterates in insertion order. What is forgotten is in the store; only what was leased is lost.
      const oldest = this.#counted.keys().next().value;
      if (oldest !== undefined) this.#counted.delete(oldest);
    }
    this.#counted.set(partition, counted);
  }
}

function hasMeters(rule: LimitRule): boolean {
  return meterNames.some((name) => rule[name] !== undefined);
}

/** A request that can never be admitted is told so rather than when to try again. */
function waitOf({ possible, retryAfterMs }: RateRefusal): number {
  return possible ? retryAfterMs : Number.POSITIVE_INFINITY;
}
