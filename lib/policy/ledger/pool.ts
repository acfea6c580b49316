import { newRequestId } from '../../storage/request-id.ts';
import {
  type AccountHold,
  type AccountStanding,
  type HoldRequest,
  type LedgerRefusal,
  LedgerUnavailable,
  type OpeningAccountHold,
} from './account.ts';
import type { AccountItems } from './account-items.ts';
import { Lease } from './lease.ts';
import { drawnFromMs } from './lifetimes.ts';

/** What is taken ahead of need is at most this share of what is left. */
const shareOfAvailable = 0.05;
/** Below this share of what is taken ahead, more is taken before somebody has to wait for it. */
const lowShare = 0.25;
/** Where nothing was to be had ahead of need, it is not tried again for so long. */
const refillAgainMs = 1_000;

interface Waiter {
  readonly request: HoldRequest;
  readonly resolve: (outcome: AccountHold | LedgerRefusal) => void;
  readonly reject: (error: unknown) => void;
}

export interface PoolListener {
  /** @returns the refusal to tell */
  readonly refuse: (amount: number, standing: AccountStanding) => LedgerRefusal;
}

/** A lease for all that a busy process expects in the next second: requests draw from it without a write. */
export class Pool {
  readonly #items: AccountItems;
  readonly #listener: PoolListener;
  readonly #lease: Lease;
  #waiting: Waiter[] = [];
  #writing: Promise<void> | undefined;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #refillAtMs = Number.NEGATIVE_INFINITY;
  #longestHoldMs = 0;
  #isDraining = false;

  constructor(items: AccountItems, listener: PoolListener) {
    this.#items = items;
    this.#listener = listener;
    this.#lease = new Lease(newRequestId(items.services.now()).replace('req_', 'many_'), items);
  }

  get isOver(): boolean {
    return this.#lease.isGone || this.#lease.isAbandoned;
  }

  /** So old that the next is due: what is swept of a dead process must not reach far back. */
  get isOld(): boolean {
    return this.#items.services.now() - this.#lease.createdAtMs > drawnFromMs;
  }

  /** True where the request can have its hold at once. */
  covers({ amount, expiresAtMs }: HoldRequest): boolean {
    return this.#waiting.length === 0 && this.#lease.covers(amount, expiresAtMs);
  }

  open(request: HoldRequest): OpeningAccountHold {
    const { amount, expiresAtMs } = request;
    const reference = { account: this.#items.account.id, lease: this.#lease.id, amount };
    this.#longestHoldMs = Math.max(this.#longestHoldMs, expiresAtMs - this.#items.services.now());
    if (this.covers(request)) {
      const outcome = this.#draw(amount);
      this.#refill();
      return { reference, outcome };
    }
    const outcome = new Promise<AccountHold | LedgerRefusal>((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
    });
    this.#serve();
    return { reference, outcome };
  }

  /** No more is drawn from it: it ends with its last hold. */
  drain(): Promise<void> {
    this.#isDraining = true;
    return this.rest(0);
  }

  /** Settles what was spent, and gives back what is not needed. Never rejects. */
  async rest(atLeastSinceMs: number): Promise<void> {
    // Others who waited may have begun to write by then.
    while (this.#writing) await this.#writing;
    const { services, traffic } = this.#items;
    if (this.isOver || this.#waiting.length > 0) return;
    if (this.#isDraining && this.#lease.openHolds === 0) return await this.#write({ more: 0, ends: true });
    if (services.now() - this.#writtenAtMs < atLeastSinceMs) return;
    const unneeded = this.#isDraining || !traffic.isBusy ? Math.max(0, this.#lease.free) : 0;
    const isOwed = this.#lease.free < 0;
    if (this.#lease.spent === 0 && unneeded === 0 && !isOwed && !this.#lease.isUncertain) return;
    await this.#write({ more: isOwed ? -this.#lease.free : -unneeded });
  }

  #draw(amount: number): AccountHold {
    this.#lease.draw(amount);
    let isSettled = false;
    return {
      granted: true,
      settle: (cost) => {
        if (isSettled) return undefined;
        isSettled = true;
        this.#lease.settle(amount, cost);
        // What is owed is told at once: others must not hold it too.
        if (this.#lease.free < 0) return this.rest(0);
        return this.#isDraining && this.#lease.openHolds === 0 ? this.rest(0) : undefined;
      },
    };
  }

  #serve(): void {
    if (this.#writing) return;
    this.#writing = this.#serveAll()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#writing = undefined;
        if (this.#waiting.length > 0) this.#serve();
      });
  }

  async #serveAll(): Promise<void> {
    // Those who come in the same turn share the write.
    await null;
    while (this.#waiting.length > 0) {
      if (this.#lease.free < 0) await this.#writeNow({ more: -this.#lease.free });
      this.#grantFitting();
      if (this.#waiting.length === 0) return;
      const need = this.#need();
      const more = Math.max(need, this.#ahead());
      const standing = await this.#writeNow({ more });
      if (!standing) continue;
      // Less ahead, or for fewer.
      if (need <= standing.available && more > need && !(await this.#writeNow({ more: need }))) continue;
      this.#refuseUnfitting(standing);
    }
  }

  /** What those who wait need more than there is. */
  #need(): number {
    let need = -this.#lease.free;
    for (const { request } of this.#waiting) need += request.amount;
    return Math.max(0, need);
  }

  /** What is likely to be needed within a second. */
  #ahead(): number {
    const { account, available, traffic } = this.#items;
    const second = traffic.isBusy ? traffic.amountPerSecond : 0;
    if (account.mode === 'soft') return second;
    return Math.min(second, Math.floor(Math.max(0, available ?? 0) * shareOfAvailable));
  }

  #grantFitting(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (!first || !this.#lease.covers(first.request.amount, first.request.expiresAtMs)) return;
      this.#waiting.shift();
      first.resolve(this.#draw(first.request.amount));
    }
  }

  /** Those who came first are served first; who does not fit in is refused. */
  #refuseUnfitting(standing: AccountStanding): void {
    let available = standing.available + this.#lease.free;
    const fitting: Waiter[] = [];
    for (const waiter of this.#waiting) {
      if (waiter.request.amount <= available) {
        available -= waiter.request.amount;
        fitting.push(waiter);
      } else waiter.resolve(this.#listener.refuse(waiter.request.amount, standing));
    }
    // All fit in by now, as others gave back: they are asked for again, and none is refused for what has changed.
    this.#waiting = fitting;
  }

  /** @returns how the account stands where it has not enough */
  async #writeNow({
    more,
    ends = false,
  }: {
    more: number;
    ends?: boolean;
  }): Promise<AccountStanding | undefined> {
    const { services } = this.#items;
    const nowMs = services.now();
    this.#writtenAtMs = nowMs;
    const longestMs = Math.max(
      nowMs + this.#longestHoldMs + drawnFromMs,
      ...this.#waiting.map(({ request }) => request.expiresAtMs),
    );
    const written = await this.#lease.write({ more, expiresAtMs: longestMs, ends });
    if (written.result === 'refused') return written.standing;
    if (written.result === 'gone') throw new Error('the lease was settled by a sweep');
    return undefined;
  }

  async #write(change: { more: number; ends?: boolean }): Promise<void> {
    this.#writing = this.#writeNow(change)
      .then(() => undefined)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#writing = undefined;
        if (this.#waiting.length > 0) this.#serve();
      });
    await this.#writing;
  }

  #refill(): void {
    const { now } = this.#items.services;
    if (this.#writing || this.#isDraining || now() - this.#refillAtMs < refillAgainMs) return;
    const ahead = this.#ahead();
    if (this.#lease.free >= ahead * lowShare) return;
    this.#writing = this.#writeNow({ more: ahead - this.#lease.free })
      .then((standing) => {
        if (standing) this.#refillAtMs = now();
      })
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#writing = undefined;
        if (this.#waiting.length > 0) this.#serve();
      });
  }

  #fail(error: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) {
      reject(new LedgerUnavailable('the ledger cannot be reached', { cause: error }));
    }
    if (waiting.length === 0) this.#items.services.onFailure(this.#items.account, error);
  }
}
