import {
  type Account,
  type AccountHold,
  type AccountStanding,
  type HoldRequest,
  type LedgerRefusal,
  LedgerUnavailable,
  type OpeningAccountHold,
} from './account.ts';
import { AccountItems, type AccountServices } from './account-items.ts';
import { Lease } from './lease.ts';
import { reportedAfterMs } from './lifetimes.ts';
import { Pool } from './pool.ts';

/** Who was found to have too little is not asked again for so long. */
const refusalMs = 1_000;
/** A lease that could not be ended is tried again this often; then a sweep settles it, from the records. */
const mostEndings = 5;
/** More who come while so many leases are being taken share one: the writes would wait for each other anyway. */
const mostTakenAtOnce = 4;

/**
 * What one process does with one account. With little traffic, each request has a lease of its own: one write to hold, one
 * to settle. With much, requests draw from a lease that is for all of them.
 */
export class AccountUse {
  readonly items: AccountItems;
  readonly #wake: () => void;
  #pool: Pool | undefined;
  readonly #draining = new Set<Pool>();
  /** Leases whose end could not be written, with how often that was tried. */
  readonly #unended = new Map<Lease, number>();
  #taking = 0;
  #refused: { readonly standing: AccountStanding; readonly untilMs: number } | undefined;

  /** @param wake - asks for `rest` to be called now and then, until it is idle */
  constructor(account: Account, services: AccountServices, wake: () => void) {
    this.items = new AccountItems(account, services);
    this.#wake = wake;
  }

  /** True where nothing is left to be written, other than the ends of requests. */
  get isIdle(): boolean {
    return !this.#pool && this.#draining.size === 0 && this.#unended.size === 0;
  }

  adopt(account: Account): void {
    if (this.items.adopt(account)) this.#refused = undefined;
  }

  open(request: HoldRequest): OpeningAccountHold {
    const { traffic, services } = this.items;
    const { requestId, amount } = request;
    traffic.add(amount);
    const known = this.#refused;
    if (
      known &&
      amount > known.standing.available &&
      services.now() < known.untilMs &&
      !this.#pool?.covers(request)
    ) {
      const reference = { account: this.items.account.id, lease: requestId, amount };
      return { reference, outcome: this.#refusal(amount, known.standing) };
    }
    const isAlone = !traffic.isBusy && this.#taking < mostTakenAtOnce;
    if (isAlone || this.items.account.leases === 'own') return this.#openAlone(request);
    return this.#freshPool().open(request);
  }

  /** Settles what was spent and gives back what nobody needs. @returns undefined where there is nothing to do */
  rest(): Promise<unknown> | undefined {
    const work: Promise<unknown>[] = [];
    const pool = this.#pool;
    if (pool && (!this.items.traffic.isBusy || pool.isOld || pool.isOver)) {
      this.#pool = undefined;
      if (!pool.isOver) {
        this.#draining.add(pool);
        work.push(pool.drain());
      }
    } else if (pool) work.push(pool.rest(reportedAfterMs));
    for (const draining of this.#draining) {
      if (draining.isOver) this.#draining.delete(draining);
      else if (draining !== pool) work.push(draining.rest(reportedAfterMs));
    }
    for (const lease of this.#unended.keys()) work.push(this.#end(lease));
    return work.length > 0 ? Promise.all(work) : undefined;
  }

  #freshPool(): Pool {
    const pool = this.#pool;
    if (pool && !pool.isOver && !pool.isOld) return pool;
    if (pool && !pool.isOver) {
      this.#draining.add(pool);
      this.items.services.background(pool.drain());
    }
    this.#wake();
    this.#pool = new Pool(this.items, { refuse: (amount, standing) => this.#refuse(amount, standing) });
    return this.#pool;
  }

  #openAlone({ requestId, amount, expiresAtMs }: HoldRequest): OpeningAccountHold {
    const lease = new Lease(requestId, this.items);
    const reference = { account: this.items.account.id, lease: lease.id, amount };
    return { reference, outcome: this.#takeAlone(lease, amount, expiresAtMs) };
  }

  async #takeAlone(lease: Lease, amount: number, expiresAtMs: number): Promise<AccountHold | LedgerRefusal> {
    this.#taking += 1;
    try {
      const written = await lease.write({ more: amount, expiresAtMs });
      if (written.result === 'refused') return this.#refuse(amount, written.standing);
    } catch (error) {
      // It may have been written all the same; if this fails, too, a sweep ends it.
      this.items.services.background(lease.abandon().catch(() => undefined));
      throw new LedgerUnavailable('the ledger cannot be reached', { cause: error });
    } finally {
      this.#taking -= 1;
    }
    lease.draw(amount);
    let isSettled = false;
    return {
      granted: true,
      settle: (cost) => {
        if (isSettled) return undefined;
        isSettled = true;
        lease.settle(amount, cost);
        return this.#end(lease);
      },
    };
  }

  async #end(lease: Lease): Promise<void> {
    const attempts = (this.#unended.get(lease) ?? 0) + 1;
    this.#unended.set(lease, attempts);
    try {
      await lease.write({ more: 0, expiresAtMs: 0, ends: true });
      this.#unended.delete(lease);
      // There may be enough again.
      this.#refused = undefined;
    } catch (error) {
      if (attempts >= mostEndings) this.#unended.delete(lease);
      else this.#wake();
      this.items.services.onFailure(this.items.account, error);
    }
  }

  #refuse(amount: number, standing: AccountStanding): LedgerRefusal {
    this.#refused = { standing, untilMs: this.items.services.now() + refusalMs };
    return this.#refusal(amount, standing);
  }

  #refusal(amount: number, standing: AccountStanding): LedgerRefusal {
    const { account } = this.items;
    const retryable = standing.settled + amount <= standing.limit;
    return { granted: false, account, standing, retryable };
  }
}
