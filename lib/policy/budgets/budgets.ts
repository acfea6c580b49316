import type { AccountItem, LedgerStore } from '../../storage/ledger-store.ts';
import { describeError, log } from '../../telemetry/index.ts';
import { type Hold, type HoldRefusal, isRefusal, Ledger } from '../ledger/index.ts';
import { alertsDue, toEvent } from './alerts.ts';
import type { Budget, BudgetEvent, BudgetHold, BudgetRefusal, BudgetRequest } from './budget.ts';
import { type BudgetAccount, budgetAccount, subjectAt } from './budget-account.ts';

export interface BudgetsOptions {
  readonly store: LedgerStore;
  /** Tells the tenant. Called once for each event, over all processes. */
  readonly emit: (event: BudgetEvent) => Promise<void>;
  /** Notes that a tenant may have holds, for whoever sweeps. @default - nobody needs it */
  readonly noteTenant?: (tenantId: string) => Promise<void>;
  /** Milliseconds since 1970. @default - the system's clock */
  readonly now?: () => number;
}

/** Holds and settles money at every level that has a budget, all at once. */
export class Budgets {
  readonly #options: BudgetsOptions;
  readonly #now: () => number;
  readonly #ledger: Ledger;
  /** Alerts on their way: a process must not stop before they are told. */
  readonly #telling = new Set<Promise<void>>();

  constructor(options: BudgetsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#ledger = new Ledger({
      store: options.store,
      now: this.#now,
      ...(options.noteTenant && { noteTenant: options.noteTenant }),
      onSettled: (account, item) => this.#observe(account as BudgetAccount, item),
    });
  }

  /**
   * Holds a request's estimate on all its accounts, or on none.
   *
   * @throws LedgerUnavailable where the ledger cannot be reached
   */
  async hold(request: BudgetRequest): Promise<BudgetHold | BudgetRefusal> {
    const accounts = this.#accounts(request);
    const { estimateMicroUsd: estimate, expiresAtMs } = request;
    const unpriced = estimate === null && accounts.find(({ budget }) => budget.mode === 'hard');
    if (unpriced) return refusalOf(unpriced, 'price-unknown', undefined, Promise.resolve());
    const amount = estimate ?? 0;
    const outcomes = await Promise.allSettled(
      accounts.map((account) => this.#ledger.hold(account, amount, expiresAtMs)),
    );
    const holds: Hold[] = [];
    let refusal: { readonly account: BudgetAccount; readonly refused: HoldRefusal } | undefined;
    let failure: unknown;
    for (const [index, outcome] of outcomes.entries()) {
      const account = accounts[index];
      if (outcome.status === 'rejected') failure = outcome.reason;
      else if (!isRefusal(outcome.value)) holds.push(outcome.value);
      else if (account) refusal ??= { account, refused: outcome.value };
    }
    if (failure === undefined && !refusal) return this.#held(holds, amount, expiresAtMs);
    const background = this.#settleAll(holds, 0);
    if (refusal) return refusalOf(refusal.account, 'exhausted', refusal.refused, background, amount);
    await background;
    throw failure;
  }

  /** Gives back what is held ahead of need, and tells what is still to be told. */
  async close(): Promise<void> {
    await this.#ledger.close();
    await Promise.all(this.#telling);
  }

  /** Looks whether the tenant is to be told how an account stands. Also for what a sweep settled. */
  async observe(account: BudgetAccount, item: AccountItem): Promise<void> {
    for (const due of alertsDue(account, item)) {
      if (await this.#options.store.claimAlert(account, due.percent)) {
        await this.#options.emit(toEvent(account, item, due, this.#now()));
      }
    }
  }

  #held(holds: readonly Hold[], amount: number, expiresAtMs: number): BudgetHold {
    let ended: Promise<void> | undefined;
    const end = (actual: number) => {
      ended ??= this.#settleAll(holds, actual);
      return ended;
    };
    return {
      held: true,
      references: holds.map(({ reference }) => reference),
      expiresAtMs,
      settle: (cost) => end(cost ?? amount),
      release: () => end(0),
    };
  }

  async #settleAll(holds: readonly Hold[], actual: number): Promise<void> {
    await Promise.all(holds.map((hold) => hold.settle(actual)));
    if (this.#telling.size > 0) await Promise.all(this.#telling);
  }

  #accounts({ settings, subject }: BudgetRequest): BudgetAccount[] {
    const now = this.#now();
    const accounts: BudgetAccount[] = [];
    for (const budget of settings.list<Budget>('budget')) {
      const value = subjectAt(budget, subject);
      if (value !== undefined) accounts.push(budgetAccount(subject.tenantId, budget, value, now));
    }
    return accounts;
  }

  #observe(account: BudgetAccount, item: AccountItem): void {
    if (alertsDue(account, item).length === 0) return;
    const told = this.observe(account, item)
      .catch((error: unknown) =>
        log.error('budget alert not told', { account: account.id, ...describeError(error) }),
      )
      .finally(() => this.#telling.delete(told));
    this.#telling.add(told);
  }
}

function refusalOf(
  { budget, periodEndMs }: BudgetAccount,
  reason: BudgetRefusal['reason'],
  refused: HoldRefusal | undefined,
  background: Promise<void>,
  amount = 0,
): BudgetRefusal {
  const { settled = 0, held = 0, limit = budget.amountMicroUsd } = refused ?? {};
  return {
    held: false,
    reason,
    refused: budget,
    spentMicroUsd: settled,
    heldMicroUsd: held,
    resetAtMs: periodEndMs,
    retryable: reason === 'exhausted' && held > 0 && settled + amount <= limit,
    background,
  };
}
