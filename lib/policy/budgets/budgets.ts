import type { LedgerStore } from '../../storage/ledger-store.ts';
import { describeError, log } from '../../telemetry/index.ts';
import {
  type AccountHold,
  type AccountStanding,
  Ledger,
  type LedgerOptions,
  type LedgerRefusal,
  type OpeningAccountHold,
  settleAll,
} from '../ledger/index.ts';
import { type AlertServices, alertOf, tellExhausted } from './alerts.ts';
import type { BudgetEvent, BudgetHold, BudgetRefusal, BudgetRequest, OpeningHold } from './budget.ts';
import type { BudgetAccount } from './budget-account.ts';
import { BudgetMatcher } from './match-budgets.ts';

export interface BudgetsOptions extends Omit<LedgerOptions, 'store'> {
  readonly store: LedgerStore;
  /** Tells the tenant. Telling the same again, by its id and time, changes nothing. */
  readonly emit: (event: BudgetEvent) => Promise<void>;
}

const nothing = Promise.resolve();

/** Without a budget there is nothing to hold. */
const nothingHeld: OpeningHold = {
  references: [],
  outcome: {
    held: true,
    references: [],
    settle: () => nothing,
    release: () => nothing,
    abandon: () => nothing,
  },
};

/** Holds and settles money at every level that has a budget, all at once. */
export class Budgets {
  readonly #ledger: Ledger;
  readonly #alerts: AlertServices;
  readonly #matcher: BudgetMatcher;
  /** Alerts on their way: a process must not stop before they are told. */
  readonly #telling = new Set<Promise<void>>();
  readonly #now: () => number;
  #openHolds = 0;

  constructor(options: BudgetsOptions) {
    const { store, emit, now = Date.now } = options;
    this.#ledger = new Ledger(options);
    this.#now = now;
    this.#alerts = { store, emit, now };
    this.#matcher = new BudgetMatcher(
      (account, standing, overrun) => alertOf(account, standing, overrun, this.#alerts),
      now,
    );
  }

  /**
   * Begins to hold a request's estimate on all its accounts, or on none. Where it will be held is known at once, and can
   * be recorded while it is asked for.
   */
  open(request: BudgetRequest): OpeningHold {
    const accounts = this.#matcher.match(request.settings, request.subject);
    if (accounts.length === 0) return nothingHeld;
    const { requestId, estimateMicroUsd: estimate, expiresAtMs } = request;
    const isPriced = estimate !== null && Number.isSafeInteger(estimate) && estimate >= 0;
    const unpriced = isPriced ? undefined : accounts.find(({ mode }) => mode === 'hard');
    if (unpriced) return { references: [], outcome: unpricedRefusal(unpriced) };
    const amount = isPriced ? estimate : 0;
    const openings = accounts.map((account) =>
      this.#ledger.open(account, { requestId, amount, expiresAtMs }),
    );
    const references = openings.map(({ reference }) => reference);
    const outcomes: (AccountHold | LedgerRefusal)[] = [];
    for (const { outcome } of openings) {
      if (outcome instanceof Promise) {
        return { references, outcome: this.#wait(openings, references, amount, expiresAtMs) };
      }
      outcomes.push(outcome);
    }
    return { references, outcome: this.#decide(outcomes, references, amount, expiresAtMs) };
  }

  /**
   * Holds a request's estimate on all its accounts, or on none.
   *
   * @throws LedgerUnavailable where the ledger cannot be reached
   */
  async hold(request: BudgetRequest): Promise<BudgetHold | BudgetRefusal> {
    return await this.open(request).outcome;
  }

  /** How the accounts of a request stand; undefined for one that was never used. */
  async standing(account: BudgetAccount): Promise<AccountStanding | undefined> {
    return await this.#ledger.standing(account);
  }

  /**
   * Settles what was spent and gives back what nobody needs, as far as it is due, and tells what is to be told. To be
   * awaited before a process may be frozen.
   */
  async flush(): Promise<void> {
    await this.#ledger.flush();
    await Promise.all(this.#telling);
  }

  async #wait(
    openings: readonly OpeningAccountHold[],
    references: OpeningHold['references'],
    amount: number,
    expiresAtMs: number,
  ): Promise<BudgetHold | BudgetRefusal> {
    const settled = await Promise.allSettled(openings.map(({ outcome }) => outcome));
    const outcomes = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const failed = settled.find((one) => one.status === 'rejected');
    if (!failed) return this.#decide(outcomes, references, amount, expiresAtMs);
    await settleAll(outcomes, 0);
    throw failed.reason;
  }

  #decide(
    outcomes: readonly (AccountHold | LedgerRefusal)[],
    references: OpeningHold['references'],
    amount: number,
    expiresAtMs: number,
  ): BudgetHold | BudgetRefusal {
    const refusals = outcomes.filter((outcome) => !outcome.granted);
    // One that will not go away by itself is told rather than one that may.
    const refusal: LedgerRefusal | undefined = refusals.find(({ retryable }) => !retryable) ?? refusals[0];
    if (refusal) return this.#refuse(refusal, settleAll(outcomes, 0) ?? nothing);
    let ended: Promise<void> | undefined;
    this.#openHolds += 1;
    const end = (cost: number | undefined) => {
      const isOwn = cost !== undefined && this.#now() < expiresAtMs;
      ended ??= this.#end(isOwn ? settleAll(outcomes, cost) : undefined);
      return ended;
    };
    return {
      held: true,
      references,
      settle: (cost) => end(cost === null ? amount : Math.max(0, Math.ceil(cost))),
      release: () => end(0),
      abandon: () => end(undefined),
    };
  }

  #end(settled: Promise<void> | undefined): Promise<void> {
    this.#openHolds -= 1;
    // The last one may be followed by a long silence, of a process that is frozen.
    if (this.#openHolds === 0) return (settled ?? nothing).then(() => this.flush());
    return settled ?? nothing;
  }

  #refuse({ account, standing, retryable }: LedgerRefusal, released: Promise<void>): BudgetRefusal {
    const { budget, periodEndMs } = account as BudgetAccount;
    let background = released;
    if (!retryable && standing.exhaustedAtMs === undefined) {
      const told = tellExhausted(account as BudgetAccount, this.#alerts)
        .catch((error: unknown) => log.error('budget not told of', { ...describeError(error) }))
        .finally(() => this.#telling.delete(told));
      this.#telling.add(told);
      background = Promise.all([released, told]).then(() => undefined);
    }
    return {
      held: false,
      reason: 'exhausted',
      refused: budget,
      spentMicroUsd: standing.settled,
      heldMicroUsd: standing.held,
      resetAtMs: periodEndMs,
      retryable,
      background,
    };
  }
}

function unpricedRefusal({ budget, periodEndMs }: BudgetAccount): BudgetRefusal {
  return {
    held: false,
    reason: 'price-unknown',
    refused: budget,
    spentMicroUsd: 0,
    heldMicroUsd: 0,
    resetAtMs: periodEndMs,
    retryable: false,
    background: nothing,
  };
}
