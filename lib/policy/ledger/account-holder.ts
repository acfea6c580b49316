import { randomUUID } from 'node:crypto';
import type { AccountDefinition, AccountItem, LedgerStore } from '../../storage/ledger-store.ts';
import { describeError, log } from '../../telemetry/index.ts';
import { LedgerUnavailable } from './account.ts';
import { Lease } from './lease.ts';
import { Traffic } from './traffic.ts';
import type { Hold, HoldRefusal } from './types.ts';

export interface AccountHolderOptions {
  readonly store: LedgerStore;
  readonly now: () => number;
  readonly onSettled: (account: AccountDefinition, item: AccountItem) => void;
  /** Notes that a tenant may have leases, for whoever sweeps. */
  readonly noteTenant: (tenantId: string) => Promise<void>;
}

/** How long a lease outlives the last moment at which a hold of it may be settled, so that clocks may differ. */
const graceMs = 5 * 60_000;
/** Requests end within 15 minutes; a lease that is drawn from again and again is renewed before. */
const leaseMs = 16 * 60_000;
/** What was spent out of a lease that goes on is settled at least this often. */
const reportEveryMs = 2_000;
/** A lease ahead of need takes at most this share of what the account has left. */
const shareOfAvailable = 0.05;
/** An account that was found empty is not asked again for this long. */
const refusalMs = 250;

interface Waiting {
  readonly amount: number;
  readonly untilMs: number;
  readonly resolve: (outcome: Hold | HoldRefusal) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What one process does with one account. With little traffic each hold is a lease of its own, settled when the request
 * is; with much, a lease of about a second's need is drawn from without a write, and reported every other second.
 */
export class AccountHolder {
  readonly #options: AccountHolderOptions;
  readonly #traffic: Traffic;
  #account: AccountDefinition;
  /** What the account was last known to have left. */
  #available: number | undefined;
  #current: Lease | undefined;
  #waiting: Waiting[] = [];
  #leasing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #notedHour = '';
  #refused:
    | { readonly available: number; readonly refusal: HoldRefusal; readonly untilMs: number }
    | undefined;
  #lastReportMs = 0;

  constructor(account: AccountDefinition, options: AccountHolderOptions) {
    this.#account = account;
    this.#options = options;
    this.#traffic = new Traffic(options.now);
  }

  /** True where nothing is held or on its way. */
  get isIdle(): boolean {
    return (this.#current === undefined || this.#current.hasEnded) && this.#leasing === undefined;
  }

  /** The account may be known by a newer definition now. */
  redefine(account: AccountDefinition): void {
    if (account.limitVersion <= this.#account.limitVersion) return;
    this.#account = account;
    this.#refused = undefined;
  }

  /**
   * Holds an amount until `untilMs` at the latest.
   *
   * @throws LedgerUnavailable
   */
  hold(amount: number, untilMs: number): Hold | Promise<Hold | HoldRefusal> | HoldRefusal {
    const now = this.#options.now();
    this.#traffic.add(amount);
    const current = this.#current;
    if (current?.covers(amount, untilMs + graceMs)) return this.#draw(current, amount);
    const refused = this.#refused;
    if (refused && refused.untilMs > now && amount > refused.available) return refused.refusal;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ amount, untilMs, resolve, reject });
      this.#leasing ??= this.#serve();
    });
  }

  /** Serves all who wait, those who come meanwhile too: one lease for as many as it can be had for. */
  async #serve(): Promise<void> {
    // What is asked for in the same turn is served by the same lease.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#serveBatch(batch);
      } catch (error) {
        const failure = new LedgerUnavailable('the ledger cannot be reached', { cause: error });
        for (const { reject } of batch) reject(failure);
      }
    }
    // In the same turn as the last look at those who wait: nobody can come in between and wait for ever.
    this.#leasing = undefined;
  }

  async #serveBatch(batch: readonly Waiting[]): Promise<void> {
    let left = batch;
    while (left.length > 0) {
      const needed = left.reduce((sum, { amount }) => sum + amount, 0);
      const taken = await this.#take(needed, left);
      if (taken instanceof Lease) {
        for (const { amount, resolve } of left) resolve(this.#draw(taken, amount));
        return;
      }
      // Not all fit: those that do, in the order in which they came, are asked for again.
      const fitting: Waiting[] = [];
      let available = taken.available;
      for (const waiting of left) {
        if (waiting.amount <= available) {
          available -= waiting.amount;
          fitting.push(waiting);
        } else waiting.resolve(this.#refusal(taken));
      }
      left = fitting;
    }
  }

  async #take(needed: number, waiting: readonly Waiting[]): Promise<Lease | AccountItem> {
    const { store, now } = this.#options;
    const createdAtMs = now();
    const longestMs = Math.max(leaseMs + createdAtMs, ...waiting.map(({ untilMs }) => untilMs));
    const expiresAtMs = longestMs + graceMs;
    const noted = this.#note(createdAtMs);
    // Waited for below, where there is a lease to be found again.
    noted.catch(() => undefined);
    for (const amount of this.#amounts(needed)) {
      const id = randomUUID().replaceAll('-', '').slice(0, 16);
      const lease = { amount, spent: 0, sequence: 1, createdAtMs, expiresAtMs };
      let outcome = await store.take(this.#account, id, lease);
      if (
        !outcome.taken &&
        (outcome.account?.limitVersion ?? 0) < this.#account.limitVersion &&
        outcome.account
      ) {
        const { limit, limitVersion } = this.#account;
        await store.changeLimit(this.#account, limit, limitVersion);
        outcome = await store.take(this.#account, id, lease);
      }
      const { account: item } = outcome;
      this.#available = item?.available;
      if (outcome.taken) {
        const leased = new Lease({ ...this.#leaseParts(), id, amount, createdAtMs, expiresAtMs });
        try {
          await noted;
        } catch (error) {
          await leased.end();
          throw error;
        }
        return this.#keep(leased);
      }
      if (amount === needed) {
        const empty = { limitVersion: 0, available: this.#account.limit ?? 0, settled: 0, alerted: 0 };
        return item ?? { ...empty, leases: new Map() };
      }
    }
    throw new Error('no amount was asked for');
  }

  /** With much traffic about a second's need, or else just what is needed. */
  #amounts(needed: number): readonly number[] {
    if (!this.#traffic.isHot || this.#available === undefined) return [needed];
    const share = Math.floor(Math.max(0, this.#available) * shareOfAvailable);
    const ahead =
      this.#account.limit === null
        ? this.#traffic.amountPerSecond
        : Math.min(share, this.#traffic.amountPerSecond);
    return ahead > needed ? [Math.ceil(ahead), needed] : [needed];
  }

  #leaseParts() {
    const account = this.#account;
    return {
      account,
      store: this.#options.store,
      onReported: (item: AccountItem) => {
        this.#available = item.available;
        this.#refused = undefined;
        this.#options.onSettled(account, item);
      },
    };
  }

  /** The lease that has most left is drawn from; one that is left ends with its last hold. */
  #keep(lease: Lease): Lease {
    const former = this.#current;
    this.#current = lease;
    if (former?.isIdle && !former.hasEnded) void former.end();
    return lease;
  }

  /** So that a sweep finds what a dead process left, whatever account it was. Once an hour and process. */
  async #note(nowMs: number): Promise<void> {
    const hour = new Date(nowMs).toISOString().slice(0, 13);
    if (this.#notedHour === hour) return;
    const { store, noteTenant } = this.#options;
    await Promise.all([store.note(this.#account, nowMs), noteTenant(this.#account.tenantId)]);
    this.#notedHour = hour;
  }

  #draw(lease: Lease, amount: number): Hold {
    lease.draw(amount);
    let settled = false;
    return {
      reference: { account: this.#account.id, lease: lease.id, amount },
      settle: (actual) => {
        if (settled) return undefined;
        settled = true;
        lease.settle(amount, actual);
        return this.#afterSettling(lease);
      },
    };
  }

  #afterSettling(lease: Lease): Promise<void> | undefined {
    if (lease.hasEnded) return undefined;
    if (lease !== this.#current) return lease.isIdle ? lease.end() : undefined;
    if (!this.#traffic.isHot) {
      if (!lease.isIdle) return undefined;
      this.#current = undefined;
      return lease.end();
    }
    const now = this.#options.now();
    this.#timer ??= setTimeout(() => this.#rest(), reportEveryMs).unref();
    if (now - Math.max(this.#lastReportMs, lease.createdAtMs) < reportEveryMs) return undefined;
    this.#lastReportMs = now;
    return lease.renew(now + leaseMs + graceMs);
  }

  /** After a while of traffic: what was spent is settled, and what is not needed any more goes back. */
  #rest(): void {
    this.#timer = undefined;
    const lease = this.#current;
    if (!lease || lease.hasEnded) return;
    const reported = this.#traffic.isHot
      ? lease.hasSpent
        ? lease.renew(this.#options.now() + leaseMs + graceMs)
        : undefined
      : this.#endCurrent();
    reported?.catch((error: unknown) => log.warn('lease not reported', describeError(error)));
    if (this.#current) this.#timer = setTimeout(() => this.#rest(), reportEveryMs).unref();
  }

  #endCurrent(): Promise<void> | undefined {
    const lease = this.#current;
    if (!lease?.isIdle) return undefined;
    this.#current = undefined;
    return lease.end();
  }

  /** Ends what nobody draws from, as before the process stops. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#leasing;
    await this.#endCurrent();
  }

  #refusal(item: AccountItem): HoldRefusal {
    const { available, settled, limit = 0 } = item;
    const refusal: HoldRefusal = { refused: true, settled, held: limit - available - settled, limit };
    this.#refused = { available, refusal, untilMs: this.#options.now() + refusalMs };
    return refusal;
  }
}
