import { decodeLease, encodeLease, type LeaseState } from '../../storage/ledger-item.ts';
import type { AccountStanding } from './account.ts';
import type { AccountItems, ChangeResult } from './account-items.ts';
import { abandonedAfterMs } from './lifetimes.ts';

export interface LeaseWrite {
  /** Added to what is held; below zero: given back. */
  readonly more: number;
  /** At least until then it is not taken for abandoned. */
  readonly expiresAtMs: number;
  /** Ends it: what is not spent goes back. */
  readonly ends?: boolean;
}

export type WriteResult =
  | { readonly result: 'done' }
  | { readonly result: 'refused'; readonly standing: AccountStanding }
  /** Somebody took the process for dead and settled it from the records. */
  | { readonly result: 'gone' };

/** What a write was to change, of which no answer came. */
interface Unanswered {
  readonly after: LeaseState | undefined;
  readonly spent: number;
  readonly more: number;
}

/**
 * A part of an account that this process holds. At all times what is stored of it is what is free, what is held for
 * requests, and what these have spent and is not settled yet. Its writes come one after the other, and each compares with
 * the state that the one before left, so that none takes effect twice.
 */
export class Lease {
  readonly id: string;
  readonly shard: number;
  readonly createdAtMs: number;
  readonly #items: AccountItems;
  #stored: LeaseState | undefined;
  #unanswered: Unanswered | undefined;
  #free = 0;
  #openHolds = 0;
  #spent = 0;
  #overrun = 0;
  #isGone = false;

  constructor(id: string, items: AccountItems) {
    this.id = id;
    this.#items = items;
    this.shard = items.home;
    this.createdAtMs = items.services.now();
  }

  /** Held for no request. Below zero where requests cost more than was held for all of them. */
  get free(): number {
    return this.#free;
  }

  get openHolds(): number {
    return this.#openHolds;
  }

  /** Not settled yet. */
  get spent(): number {
    return this.#spent;
  }

  /** Ended, by this process or another. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** So long over that it is a sweep's to settle, from the records. */
  get isAbandoned(): boolean {
    const { expiresAtMs = Number.POSITIVE_INFINITY } = this.#stored ?? {};
    return expiresAtMs + abandonedAfterMs <= this.#items.services.now();
  }

  /** True where a write was not answered, so that it is not known what is stored. */
  get isUncertain(): boolean {
    return this.#unanswered !== undefined;
  }

  /** True where a hold of this amount, until then, can be part of it. */
  covers(amount: number, expiresAtMs: number): boolean {
    return !this.#isGone && this.#free >= amount && (this.#stored?.expiresAtMs ?? 0) >= expiresAtMs;
  }

  draw(amount: number): void {
    this.#free -= amount;
    this.#openHolds += 1;
  }

  settle(held: number, cost: number): void {
    this.#openHolds -= 1;
    this.#free += held - cost;
    this.#spent += cost;
    this.#overrun += Math.max(0, cost - held);
  }

  /**
   * Settles what was spent, and holds more or less from now on. Not to be called while another write is under way.
   *
   * @throws what the store throws; whether it was written is found out by the next write
   */
  async write({ more, expiresAtMs, ends = false }: LeaseWrite): Promise<WriteResult> {
    if (ends && !this.#stored && !this.#unanswered) {
      this.#isGone = true;
      return { result: 'done' };
    }
    // Nobody may draw what is on its way back.
    if (more < 0) this.#free += more;
    for (;;) {
      const answer = await this.#tryWrite(more, expiresAtMs, ends);
      if (answer.result === 'changed') return { result: 'done' };
      if (answer.result === 'refused') return answer;
      const { state } = answer;
      const lost = this.#unanswered;
      this.#unanswered = undefined;
      if (lost?.after && state === encodeLease(lost.after)) {
        this.#apply(lost);
      } else if (!this.#stored && state !== undefined && more >= 0) {
        // The same request has a hold already, by another process or by a call of which no answer came.
        this.#stored = decodeLease(state);
        this.#free += this.#stored.amount;
        return { result: 'done' };
      } else {
        this.#isGone = true;
        return { result: ends ? 'done' : 'gone' };
      }
    }
  }

  /** Ends a lease of which it is not known whether it was ever made. */
  async abandon(): Promise<void> {
    const { after } = this.#unanswered ?? {};
    if (!after || this.#stored) return;
    this.#stored = after;
    this.#unanswered = undefined;
    await this.write({ more: 0, expiresAtMs: 0, ends: true });
  }

  async #tryWrite(more: number, atLeastUntilMs: number, ends: boolean): Promise<ChangeResult> {
    const before = this.#stored;
    const spent = this.#spent;
    const overrun = this.#overrun;
    const { amount = 0, spent: spentBefore = 0, sequence = 0, expiresAtMs = 0 } = before ?? {};
    const after = ends
      ? undefined
      : {
          amount: amount - spent + more,
          spent: spentBefore + spent,
          sequence: sequence + 1,
          createdAtMs: this.createdAtMs,
          expiresAtMs: Math.max(expiresAtMs, atLeastUntilMs),
        };
    // What was spent beyond what was held is taken whatever there is.
    const isOwed = this.#free < 0;
    const { mode } = this.#items.account;
    const change = { after, spent, more };
    try {
      const answer = await this.#items.change(
        {
          id: this.id,
          shard: this.shard,
          before,
          after,
          taken: ends ? spent - amount : more,
          settled: spent,
          least: more > 0 && !isOwed && mode === 'hard' ? more : before || mode === 'soft' ? undefined : 0,
        },
        overrun,
      );
      if (answer.result === 'changed') {
        this.#overrun -= overrun;
        this.#apply(change);
      }
      return answer;
    } catch (error) {
      this.#unanswered = change;
      throw error;
    }
  }

  #apply({ after, spent, more }: Unanswered): void {
    this.#unanswered = undefined;
    this.#stored = after;
    this.#spent -= spent;
    if (more > 0) this.#free += more;
    if (!after) this.#isGone = true;
  }
}
