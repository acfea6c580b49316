import { randomUUID } from 'node:crypto';
import type { LedgerStore } from '../../storage/ledger-store.ts';
import type { UsageClaimStore } from '../../storage/usage-claim-store.ts';
import type { TenantSettings } from '../../tenancy/index.ts';
import {
  type Account,
  type AccountHold,
  Ledger,
  type LedgerOptions,
  type LedgerRefusal,
  settleAll,
} from '../ledger/index.ts';
import { type CapMetric, capId, capMetricTraits, type UsageCap } from './cap.ts';
import { accountToLeave, type UsageSubject, usageAccount } from './cap-account.ts';
import { entryLease, removalLease } from './claim-leases.ts';

export interface UsageCapsOptions extends Pick<LedgerOptions, 'noteTenant' | 'now'> {
  readonly store: LedgerStore;
  readonly claims: Pick<UsageClaimStore, 'read' | 'enter' | 'keep' | 'makeVoid' | 'leave' | 'left' | 'stay'>;
}

export interface UsageRequest {
  /** Absent for what is there already, and has to be counted whatever the caps say. */
  readonly settings?: TenantSettings;
  readonly tenantId: string;
  /** '' for what is in no project. */
  readonly projectId: string;
  readonly metric: CapMetric;
  /** The most that it can come to, in what is counted: bytes, documents, tokens, seconds. */
  readonly amount: number;
  /** Of the thing that counts: unique in the tenant, for ever. */
  readonly id: string;
}

/** An amount is reserved. */
export interface UsageReservation {
  readonly granted: true;
  /**
   * It counts from now on. To be called when the thing is there; what a dead process leaves uncommitted never counts.
   *
   * @param actual - what it came to, at most what was reserved
   * @throws UsageReservationLost where it took so long that it was taken for dead
   */
  commit(actual?: number): Promise<void>;
  /** Frees it: there is no such thing. */
  release(): Promise<void>;
}

/** How much somebody uses, in what is counted: bytes, documents, tokens, seconds. */
export interface UsageStanding {
  readonly used: number;
  /** For what is being made. */
  readonly reserved: number;
  /** When counting begins anew; undefined where it never does. */
  readonly resetAtMs: number | undefined;
}

/** A cap does not allow it. */
export interface CapRefusal extends UsageStanding {
  readonly granted: false;
  readonly cap: UsageCap;
  /** What was asked for. */
  readonly amount: number;
  /** True where what is missing is only reserved: it may become free. */
  readonly retryable: boolean;
}

/** The id of the thing is another's. */
export class UsageClaimTaken extends Error {
  override readonly name = 'UsageClaimTaken';
}

/** Committed so late that the reservation was given back. What was made has to be removed. */
export class UsageReservationLost extends Error {
  override readonly name = 'UsageReservationLost';
}

/** No function runs longer than this. */
const reservedForMs = 15 * 60_000;

/**
 * Counts what tenants and projects use beside money: reserved before it is made, committed when it is there, and taken
 * out when it is gone, each exactly once, whatever dies in between. What is kept and reserved is never more than a cap.
 */
export class UsageCaps {
  readonly #options: UsageCapsOptions;
  readonly #now: () => number;
  /** For what has to fit under a cap. */
  readonly #bounding: Ledger;
  /** For what is only counted. It has to be another, as one remembers of each account whether it is bounded. */
  readonly #counting: Ledger;

  constructor(options: UsageCapsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    // What is counted goes both up and down, which only one item can bound. It takes 1,000 writes a second.
    const ledger = { ...options, splitAtWritesPerSecond: Number.POSITIVE_INFINITY };
    this.#bounding = new Ledger(ledger);
    this.#counting = new Ledger(ledger);
  }

  /**
   * Reserves an amount for something that is about to be made, at all its levels or at none.
   *
   * @throws LedgerUnavailable where the ledger cannot be reached, UsageClaimTaken, RangeError for what is no amount
   */
  async reserve(request: UsageRequest): Promise<UsageReservation | CapRefusal> {
    const { tenantId, metric, amount, id } = request;
    if (!Number.isSafeInteger(amount) || amount < 0)
      throw new RangeError(`${amount} is no amount of ${metric}`);
    const entry = randomUUID();
    const places = placesOf(request, this.#now());
    const accounts = places.map(({ account }) => account.id);
    // A claim that is left behind, as one of its accounts refuses, counts nowhere and expires.
    const entering = this.#options.claims.enter(tenantId, id, { amount, accounts, entry });
    const opening = places.map(({ account }) => this.#open(account, entryLease(id, entry), amount));
    const [entered, ...opened] = await Promise.allSettled([entering, ...opening]);
    const outcomes = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = [entered, ...opened].find((one) => one.status === 'rejected');
    const isOwn = entered.status === 'fulfilled' && entered.value;
    const refused = strongestRefusal(places, outcomes, amount);
    if (!failed && isOwn && !refused) return this.#reservation(request, outcomes);
    await settleAll(outcomes, 0);
    if (failed) throw failed.reason;
    if (!isOwn || !refused) throw new UsageClaimTaken(`'${id}' is counted already`);
    return refused;
  }

  /**
   * Takes out what does not exist any more. Without effect where it does not count, so that it may be repeated.
   *
   * @throws LedgerUnavailable where the ledger cannot be reached: to be repeated
   */
  async remove(tenantId: string, id: string): Promise<void> {
    const { claims } = this.#options;
    if (await claims.makeVoid(tenantId, id)) return;
    const removal = randomUUID();
    const claim = await claims.read(tenantId, id);
    if (claim?.state !== 'kept' && claim?.state !== 'leaving') return;
    // Noted before the leases are taken, so that whoever finds one knows what became of it.
    if (!(await claims.leave(tenantId, id, removal))) return;
    const opening = claim.accounts.map((account) =>
      this.#open(accountToLeave(tenantId, account), removalLease(id, removal), 0),
    );
    const opened = await Promise.allSettled(opening);
    const outcomes = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = opened.find((one) => one.status === 'rejected');
    const isGone = !failed && (await claims.left(tenantId, id, removal));
    await settleAll(outcomes, isGone ? -claim.amount : 0);
    if (failed) throw failed.reason;
  }

  /** How much somebody uses now, with a cap or without. */
  async standing(subject: UsageSubject, metric: CapMetric): Promise<UsageStanding> {
    const account = usageAccount(subject, metric, undefined, this.#now());
    const { settled: used = 0, held: reserved = 0 } = (await this.#counting.standing(account)) ?? {};
    return { used, reserved, resetAtMs: account.periodEndMs };
  }

  /** Makes a changed cap work at once. */
  async moveLimit(tenantId: string, cap: UsageCap): Promise<void> {
    await this.#bounding.moveLimit(usageAccount({ tenantId, ...cap }, cap.metric, cap, this.#now()));
  }

  async #open(account: Account, lease: string, amount: number): Promise<AccountHold | LedgerRefusal> {
    const ledger = account.mode === 'hard' ? this.#bounding : this.#counting;
    return await ledger.hold(account, {
      requestId: lease,
      amount,
      expiresAtMs: this.#now() + reservedForMs,
    });
  }

  #reservation(
    { tenantId, id, metric, amount }: UsageRequest,
    outcomes: readonly (AccountHold | LedgerRefusal)[],
  ): UsageReservation {
    const { claims } = this.#options;
    return {
      granted: true,
      commit: async (actual = amount) => {
        if (!Number.isSafeInteger(actual) || actual < 0 || actual > amount) {
          throw new RangeError(`${actual} of ${metric} is not part of the ${amount} that are reserved`);
        }
        const isKept = await claims.keep(tenantId, id, actual, capMetricTraits[metric].counts === 'stock');
        await settleAll(outcomes, isKept ? actual : 0);
        if (!isKept) throw new UsageReservationLost(`the reservation for '${id}' was given back`);
      },
      release: async () => {
        if (await claims.makeVoid(tenantId, id)) await settleAll(outcomes, 0);
      },
    };
  }
}

/** Where something counts. */
interface Place {
  readonly cap: UsageCap | undefined;
  readonly account: Account;
}

function placesOf({ settings, tenantId, projectId, metric }: UsageRequest, nowMs: number): readonly Place[] {
  const caps = settings?.list<UsageCap>('usage-cap') ?? [];
  const subjects: UsageSubject[] = [{ tenantId, level: 'tenant', subject: tenantId }];
  if (projectId !== '') subjects.push({ tenantId, level: 'project', subject: projectId });
  return subjects.map((subject) => {
    const cap = caps.find(({ id }) => id === capId(metric, subject.level, subject.subject));
    return { cap, account: usageAccount(subject, metric, cap, nowMs) };
  });
}

function strongestRefusal(
  places: readonly Place[],
  outcomes: readonly (AccountHold | LedgerRefusal)[],
  amount: number,
): CapRefusal | undefined {
  const refusals = outcomes.filter((outcome) => !outcome.granted);
  // One that will not go away by itself is told rather than one that may.
  const refusal = refusals.find(({ retryable }) => !retryable) ?? refusals[0];
  const cap = places.find(({ account }) => account.id === refusal?.account.id)?.cap;
  if (!refusal) return undefined;
  if (!cap) throw new Error(`an account without a cap refused: ${refusal.account.id}`);
  const { account, standing, retryable } = refusal;
  const { settled: used, held: reserved } = standing;
  return { granted: false, cap, amount, used, reserved, resetAtMs: account.periodEndMs, retryable };
}
