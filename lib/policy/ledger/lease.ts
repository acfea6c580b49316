import type { AccountDefinition, AccountItem, LedgerStore } from '../../storage/ledger-store.ts';
import { describeError, log } from '../../telemetry/index.ts';

export interface LeaseOptions {
  readonly account: AccountDefinition;
  readonly id: string;
  readonly amount: number;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly store: Pick<LedgerStore, 'report'>;
  readonly onReported: (item: AccountItem) => void;
}

/**
 * A part of an account that this process holds, and hands out in holds. At all times
 * `amount = free + the open holds + spent and not reported yet`.
 */
export class Lease {
  readonly id: string;
  readonly createdAtMs: number;
  readonly #options: LeaseOptions;
  #amount: number;
  #free: number;
  #openHolds = 0;
  #spent = 0;
  #spentInAll = 0;
  #sequence = 1;
  #expiresAtMs: number;
  #ended = false;
  #reporting: Promise<void> | undefined;

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.id = options.id;
    this.createdAtMs = options.createdAtMs;
    this.#amount = options.amount;
    this.#free = options.amount;
    this.#expiresAtMs = options.expiresAtMs;
  }

  get isIdle(): boolean {
    return this.#openHolds === 0;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  get hasSpent(): boolean {
    return this.#spent > 0;
  }

  get free(): number {
    return this.#free;
  }

  /** True where a hold of this amount, for this long, can be part of it. */
  covers(amount: number, untilMs: number): boolean {
    return !this.#ended && this.#free >= amount && this.#expiresAtMs >= untilMs;
  }

  draw(amount: number): void {
    this.#free -= amount;
    this.#openHolds += 1;
  }

  settle(held: number, actual: number): void {
    this.#openHolds -= 1;
    this.#free += held - actual;
    this.#spent += actual;
  }

  /** Settles what was spent and goes on, at least until the given time. */
  renew(expiresAtMs: number): Promise<void> {
    return this.#report(() => ({ amount: this.#amount - this.#spent, expiresAtMs }));
  }

  /** Settles what was spent and gives the rest back. Only when idle; no hold is drawn from it any more. */
  end(): Promise<void> {
    this.#ended = true;
    return this.#report(() => undefined);
  }

  /** One after the other: each report builds on the sequence of the one before. */
  #report(keep: () => { amount: number; expiresAtMs: number } | undefined): Promise<void> {
    const reported = (this.#reporting ?? Promise.resolve()).then(() => this.#reportNow(keep()));
    this.#reporting = reported;
    return reported;
  }

  async #reportNow(keep: { amount: number; expiresAtMs: number } | undefined): Promise<void> {
    const { account, store, onReported } = this.#options;
    const spent = this.#spent;
    try {
      const item = await store.report(account, {
        leaseId: this.id,
        sequence: this.#sequence,
        amount: this.#amount,
        spent,
        spentInAll: this.#spentInAll + spent,
        ...(keep && { keep }),
      });
      if (!item) {
        // It was swept: what was spent is settled from the requests' records.
        this.#ended = true;
        return;
      }
      this.#spent -= spent;
      this.#spentInAll += spent;
      this.#amount = keep?.amount ?? 0;
      this.#sequence += 1;
      this.#expiresAtMs = keep?.expiresAtMs ?? this.#expiresAtMs;
      onReported(item);
    } catch (error) {
      // Whether it was written is not known. The lease ends as that of a dead process does: by a sweep, from the records.
      this.#ended = true;
      log.warn('lease not reported', { account: account.id, lease: this.id, ...describeError(error) });
    }
  }
}
