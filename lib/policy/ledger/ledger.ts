import type { LedgerStore } from '../../storage/ledger-store.ts';
import { describeError, log } from '../../telemetry/index.ts';
import type {
  Account,
  AccountHold,
  AccountStanding,
  HoldRequest,
  LedgerRefusal,
  OpeningAccountHold,
} from './account.ts';
import { AccountItems, type AccountServices } from './account-items.ts';
import { AccountUse } from './account-use.ts';

export interface LedgerOptions {
  readonly store: LedgerStore;
  /** Notes that a tenant may have something open, before it has: for whoever sweeps. @default - nobody needs it */
  readonly noteTenant?: (tenantId: string) => Promise<void>;
  /** Has leases settled that a dead process left, where somebody meets them. @default - the next sweep does it */
  readonly onAbandoned?: (account: Account) => Promise<unknown>;
  /** An item of an account that is written to more often in a second is split; with `Infinity`, none ever is. @default 500 */
  readonly splitAtWritesPerSecond?: number;
  /** Milliseconds since 1970. @default - the system's clock */
  readonly now?: () => number;
}

/** Accounts that a process remembers; those that it uses no more are forgotten. */
const mostAccounts = 10_000;
const restEveryMs = 500;

/**
 * Holds and settles amounts on accounts, exactly, over all processes at once: what is settled and held is never more than
 * an account's limit. A process that dies leaves leases, which a sweep settles from the requests' records.
 */
export class Ledger {
  readonly #services: AccountServices;
  readonly #uses = new Map<string, AccountUse>();
  /** Those that have something left to write. */
  readonly #awake = new Set<AccountUse>();
  readonly #working = new Set<Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LedgerOptions) {
    this.#services = {
      store: options.store,
      now: options.now ?? Date.now,
      noteTenant: options.noteTenant,
      onAbandoned: options.onAbandoned,
      splitAtWritesPerSecond: options.splitAtWritesPerSecond ?? 500,
      background: (work) => this.#track(work),
      onFailure: ({ tenantId, id }, error) => {
        log.warn('the ledger was not written', { tenantId, account: id, ...describeError(error) });
      },
    };
  }

  /** Begins to hold an amount: where it is to be is known at once. */
  open(account: Account, request: HoldRequest): OpeningAccountHold {
    return this.#use(account).open(request);
  }

  /** @throws LedgerUnavailable where the ledger cannot be reached */
  async hold(account: Account, request: HoldRequest): Promise<AccountHold | LedgerRefusal> {
    return await this.open(account, request).outcome;
  }

  /** How an account stands by all its items; undefined where it was never used. */
  async standing(account: Account): Promise<AccountStanding | undefined> {
    return await new AccountItems(account, this.#services).standing();
  }

  /** Makes a changed limit work at once, where the account is in use. */
  async moveLimit(account: Account): Promise<void> {
    await new AccountItems(account, this.#services).moveLimit();
  }

  /**
   * Settles what was spent and gives back what nobody needs, as far as it is due. To be awaited before a process may be
   * frozen: nothing runs in it then.
   */
  async flush(): Promise<void> {
    this.#restAll();
    while (this.#working.size > 0) await Promise.all(this.#working);
  }

  #use(account: Account): AccountUse {
    const key = `${account.tenantId}#${account.id}`;
    const known = this.#uses.get(key);
    if (known) {
      known.adopt(account);
      return known;
    }
    if (this.#uses.size >= mostAccounts) {
      for (const [other, use] of this.#uses) if (use.isIdle) this.#uses.delete(other);
    }
    const use: AccountUse = new AccountUse(account, this.#services, () => this.#wake(use));
    this.#uses.set(key, use);
    return use;
  }

  #wake(use: AccountUse): void {
    this.#awake.add(use);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#restAll();
    }, restEveryMs).unref();
  }

  #restAll(): void {
    const uses = [...this.#awake];
    this.#awake.clear();
    for (const use of uses) {
      const rested = use.rest();
      if (rested) this.#track(rested);
      if (!use.isIdle) this.#wake(use);
    }
  }

  #track(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work
      .catch((error: unknown) => log.error('the ledger failed behind a request', describeError(error)))
      .finally(() => this.#working.delete(tracked));
    this.#working.add(tracked);
  }
}
