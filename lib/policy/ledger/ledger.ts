import type { AccountDefinition, LedgerStore } from '../../storage/ledger-store.ts';
import { AccountHolder } from './account-holder.ts';
import type { Hold, HoldRefusal, OnSettled } from './types.ts';

export interface LedgerOptions {
  readonly store: LedgerStore;
  readonly onSettled?: OnSettled;
  /** Notes that a tenant may have leases, for whoever sweeps. Called now and then. @default - nobody needs it */
  readonly noteTenant?: (tenantId: string) => Promise<void>;
  /** Milliseconds since 1970. @default - the system's clock */
  readonly now?: () => number;
}

/** Accounts that a process remembers; idle ones are forgotten first. */
const maxAccounts = 10_000;

/**
 * Holds and settles amounts on accounts, exactly, over all processes at once: what is settled and held never exceeds an
 * account's limit. A process that dies leaves leases, which a sweep settles from the requests' records.
 */
export class Ledger {
  readonly #store: LedgerStore;
  readonly #now: () => number;
  readonly #onSettled: OnSettled;
  readonly #noteTenant: (tenantId: string) => Promise<void>;
  readonly #holders = new Map<string, AccountHolder>();

  constructor({ store, onSettled = () => undefined, noteTenant, now = Date.now }: LedgerOptions) {
    this.#store = store;
    this.#now = now;
    this.#onSettled = onSettled;
    this.#noteTenant = noteTenant ?? (() => Promise.resolve());
  }

  /**
   * Holds an amount, a non-negative integer, until `untilMs` at the latest.
   *
   * @throws LedgerUnavailable where the ledger cannot be reached
   */
  hold(
    account: AccountDefinition,
    amount: number,
    untilMs: number,
  ): Hold | HoldRefusal | Promise<Hold | HoldRefusal> {
    return this.#holder(account).hold(amount, untilMs);
  }

  /** Gives back what is held ahead of need. */
  async close(): Promise<void> {
    await Promise.all([...this.#holders.values()].map((holder) => holder.close()));
  }

  #holder(account: AccountDefinition): AccountHolder {
    const key = `${account.tenantId}#${account.id}`;
    const known = this.#holders.get(key);
    if (known) {
      known.redefine(account);
      return known;
    }
    if (this.#holders.size >= maxAccounts) this.#forgetIdle();
    const holder = new AccountHolder(account, {
      store: this.#store,
      now: this.#now,
      onSettled: this.#onSettled,
      noteTenant: this.#noteTenant,
    });
    this.#holders.set(key, holder);
    return holder;
  }

  #forgetIdle(): void {
    for (const [key, holder] of this.#holders) if (holder.isIdle) this.#holders.delete(key);
  }
}

export function isRefusal(outcome: Hold | HoldRefusal): outcome is HoldRefusal {
  return 'refused' in outcome;
}
