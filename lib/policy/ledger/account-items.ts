import { setTimeout } from 'node:timers/promises';
import { decodeLease, encodeLease, type LeaseState, type LedgerItem } from '../../storage/ledger-item.ts';
import { isThrottling, type LedgerChange, type LedgerStore } from '../../storage/ledger-store.ts';
import type { Account, AccountStanding } from './account.ts';
import { abandonedAfterMs } from './lifetimes.ts';
import { finishTransfers, gather, payDebt } from './shards.ts';
import { standingOf, unusedStanding } from './standing.ts';
import { Traffic } from './traffic.ts';

export interface AccountServices {
  readonly store: LedgerStore;
  readonly now: () => number;
  /** Notes that the tenant may have something open, before it has. */
  readonly noteTenant: ((tenantId: string) => Promise<void>) | undefined;
  /** An item that is written to more often in a second is split. */
  readonly splitAtWritesPerSecond: number;
  /** Told of an account with leases that a dead process left. */
  readonly onAbandoned: ((account: Account) => Promise<unknown>) | undefined;
  /** Told of writes that failed and that nobody waits for. */
  readonly onFailure: (account: Account, error: unknown) => void;
  /** Has something done that nobody waits for now. */
  readonly background: (work: Promise<unknown>) => void;
}

/** A change of a lease, which is in one of the account's items. */
export interface LeaseChange {
  readonly id: string;
  readonly shard: number;
  readonly before: LeaseState | undefined;
  readonly after: LeaseState | undefined;
  /** Taken from what is available; below zero: given back. */
  readonly taken: number;
  readonly settled: number;
  /** Undefined where it does not matter how much is available. */
  readonly least: number | undefined;
}

export type ChangeResult =
  | { readonly result: 'changed' }
  /** The lease is not as it was thought to be: this is its state, if it is there. */
  | { readonly result: 'other'; readonly state: string | undefined }
  | { readonly result: 'refused'; readonly standing: AccountStanding };

const maxAttempts = 24;
const calmAttempts = 2;
const mostPauseMs = 40;
const mostShards = 64;
const splitEveryMs = 10_000;
/** An account of many items is looked at as a whole this often, for those who watch it. */
const lookEveryMs = 1_000;
/** Accounts are kept for so long after their periods. */
const keptMs = 100 * 86_400_000;

/** A process's way to the items of one account. */
export class AccountItems {
  readonly traffic: Traffic;
  readonly services: AccountServices;
  readonly #place = Math.random();
  #account: Account;
  #shards = 1;
  /** The version of the limit that the first item is known to have. */
  #limitVersion = Number.NEGATIVE_INFINITY;
  #available: number | undefined;
  #overrun = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #splitAtMs = Number.NEGATIVE_INFINITY;
  #abandonedAtMs = Number.NEGATIVE_INFINITY;

  constructor(account: Account, services: AccountServices) {
    this.#account = account;
    this.services = services;
    this.traffic = new Traffic(services.now);
  }

  get account(): Account {
    return this.#account;
  }

  /** @returns whether its limit is newer than what was known */
  adopt(account: Account): boolean {
    const { limitVersion } = this.#account;
    if (account.limitVersion >= limitVersion) this.#account = account;
    return account.limitVersion > limitVersion;
  }

  /** The item in which this process takes new leases. */
  get home(): number {
    return Math.floor(this.#place * this.#shards);
  }

  /** What was last seen to be available there. */
  get available(): number | undefined {
    return this.#available;
  }

  /**
   * Changes a lease, and makes what has to be there first.
   *
   * @param overrun - by how much costs were above what was held for them
   * @throws what the store throws
   */
  async change(change: LeaseChange, overrun: number): Promise<ChangeResult> {
    const { id, shard, before, after, taken, settled, least } = change;
    let create = false;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const { limit, limitVersion, mode } = this.#account;
      // Before something is held, the limit has to be the newest that is known here. The first item can tell by itself.
      const isHeld = before === undefined || least !== undefined;
      if (isHeld && shard > 0) await this.moveLimit();
      const isNewShard = shard > 0 && mode === 'soft' && before === undefined;
      const { changed, item } = await this.#write(shard, {
        lease: { id, before, after },
        available: -taken,
        settled,
        ...(least !== undefined && { least }),
        ...(isHeld && shard === 0 && { limitVersion }),
        ...(create && { create: { limit, limitVersion } }),
        ...(isNewShard && { create: { limit: 0, limitVersion } }),
        ...this.#removal,
      });
      if (item) this.#learn(shard, item);
      if (changed && item) {
        this.#overrun += overrun;
        this.#tell(shard, item);
        return { result: 'changed' };
      }
      const state = item?.leases.get(id);
      if (state !== (before && encodeLease(before))) return { result: 'other', state };
      if (!item && shard === 0) {
        if (create) return { result: 'refused', standing: unusedStanding(this.#account) };
        await this.#note();
        create = true;
      } else if (item && shard === 0 && isHeld && item.limitVersion < limitVersion) {
        await this.moveLimit();
      } else if (item && least === undefined) {
      } else {
        const standing = await this.#fetch(shard, least ?? 0, item);
        if (standing) return { result: 'refused', standing };
        // Others want the same last amounts: without a pause, they would go on taking them from each other.
        if (attempt >= calmAttempts) await setTimeout(Math.random() * mostPauseMs);
      }
    }
    throw new Error(`the account went on changing in ${maxAttempts} attempts at one change`);
  }

  /** What all items together say; undefined where the account was never used. */
  async standing(): Promise<AccountStanding | undefined> {
    return standingOf(await this.services.store.readAll(this.#account.tenantId, this.#account.id));
  }

  /** Sees to it that the account has the limit that is known here, or a later one. What is used stays used. */
  async moveLimit(): Promise<void> {
    const { id, tenantId, limit, limitVersion, alertPercents = [] } = this.#account;
    if (this.#limitVersion >= limitVersion) return;
    const { store } = this.services;
    const item = await store.moveLimit({ tenantId, account: id }, limit, limitVersion, (settled) =>
      Math.max(0, ...alertPercents.filter((percent) => settled * 100 >= limit * percent)),
    );
    if (!item) return;
    this.#learn(0, item);
    if (item.available < 0 && item.shards > 1) {
      await payDebt(store, this.#sharded, await store.readAll(tenantId, id));
    }
  }

  /** Brings what one item lacks from the others. @returns how the account stands where all have too little */
  async #fetch(
    shard: number,
    need: number,
    item: LedgerItem | undefined,
  ): Promise<AccountStanding | undefined> {
    if (shard === 0 && item?.shards === 1) {
      return item.available < need ? standingOf([item]) : undefined;
    }
    const { store } = this.services;
    const { id, tenantId } = this.#account;
    let items = await store.readAll(tenantId, id);
    if (await finishTransfers(store, this.#sharded, items)) items = await store.readAll(tenantId, id);
    // An item that is not there yet is made by what arrives.
    if (await gather(store, this.#sharded, items, shard, Math.max(1, need))) return undefined;
    return standingOf(items) ?? unusedStanding(this.#account);
  }

  async #write(shard: number, change: LedgerChange) {
    const { tenantId, id } = this.#account;
    try {
      return await this.services.store.change({ tenantId, account: id, shard }, change);
    } catch (error) {
      if (isThrottling(error)) this.#split();
      throw error;
    }
  }

  /** Before the account is there, so that it is found whatever happens next. */
  async #note(): Promise<void> {
    const { tenantId, id, periodEndMs } = this.#account;
    const { store, noteTenant } = this.services;
    await Promise.all([
      noteTenant?.(tenantId),
      store.note(tenantId, { account: id, periodEndMs }, this.#removal.removeAtSeconds),
    ]);
  }

  #learn(shard: number, item: LedgerItem): void {
    if (shard === 0) {
      this.#shards = item.shards;
      this.#limitVersion = item.limitVersion;
    }
    if (shard === this.home) {
      this.#available = item.available;
      this.traffic.sees(item.writes);
    }
    this.#lookForAbandoned(item);
  }

  /** Whoever meets what a dead process left has it settled, if it can: nobody is refused for long because of it. */
  #lookForAbandoned(item: LedgerItem): void {
    const { onAbandoned, now, background } = this.services;
    if (!onAbandoned) return;
    const nowMs = now();
    if (nowMs - this.#abandonedAtMs < abandonedAfterMs) return;
    for (const text of item.leases.values()) {
      if (decodeLease(text).expiresAtMs + abandonedAfterMs > nowMs) continue;
      this.#abandonedAtMs = nowMs;
      background(onAbandoned(this.#account));
      return;
    }
  }

  #tell(shard: number, item: LedgerItem): void {
    const { traffic, services } = this;
    if (traffic.writesPerSecond > services.splitAtWritesPerSecond) this.#split();
    const { observe } = this.#account;
    if (!observe) return;
    const tell = (standing: AccountStanding | undefined) => {
      const told = standing && observe(standing, this.#overrun);
      this.#overrun = 0;
      return told;
    };
    const nowMs = services.now();
    if (this.#shards === 1 && shard === 0) {
      const telling = tell(standingOf([item]));
      if (telling) services.background(telling);
    } else if (this.#overrun > 0 || nowMs - this.#lookedAtMs >= lookEveryMs) {
      this.#lookedAtMs = nowMs;
      services.background(this.standing().then(tell));
    }
  }

  #split(): void {
    const { store, now, background, splitAtWritesPerSecond } = this.services;
    const nowMs = now();
    if (splitAtWritesPerSecond === Number.POSITIVE_INFINITY) return;
    if (nowMs - this.#splitAtMs < splitEveryMs || this.#shards >= mostShards) return;
    this.#splitAtMs = nowMs;
    const { tenantId, id } = this.#account;
    const split = async () => {
      const item = await store.split({ tenantId, account: id }, this.#shards, this.#shards * 2);
      if (item) this.#shards = item.shards;
      this.traffic.forgetWrites();
    };
    background(split());
  }

  get #sharded() {
    return { tenantId: this.#account.tenantId, account: this.#account.id, ...this.#removal };
  }

  get #removal(): { readonly removeAtSeconds?: number } {
    const { periodEndMs } = this.#account;
    return periodEndMs === undefined ? {} : { removeAtSeconds: Math.ceil((periodEndMs + keptMs) / 1_000) };
  }
}
