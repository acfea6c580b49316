import type { TenantSettings } from '../../tenancy/index.ts';
import type { AccountStanding } from '../ledger/index.ts';
import type { Budget, BudgetSubject } from './budget.ts';
import { type BudgetAccount, budgetAccount, subjectAt } from './budget-account.ts';

export type Observe = (
  account: BudgetAccount,
  standing: AccountStanding,
  overrun: number,
) => Promise<void> | undefined;

/** Accounts kept in mind for one reading of a tenant's settings. */
const mostAccounts = 5_000;

/** Finds the accounts of a request: of all budgets, at all levels. */
export class BudgetMatcher {
  readonly #observe: Observe;
  readonly #now: () => number;
  /** Settings are read anew about once a minute, and then are another object. */
  readonly #known = new WeakMap<TenantSettings, Map<Budget, Map<string, BudgetAccount>>>();

  constructor(observe: Observe, now: () => number) {
    this.#observe = observe;
    this.#now = now;
  }

  match(settings: TenantSettings, subject: BudgetSubject): readonly BudgetAccount[] {
    const budgets = settings.list<Budget>('budget');
    const accounts: BudgetAccount[] = [];
    if (budgets.length === 0) return accounts;
    let known = this.#known.get(settings);
    if (!known) {
      known = new Map(budgets.map((budget) => [budget, new Map()]));
      this.#known.set(settings, known);
    }
    const nowMs = this.#now();
    for (const [budget, bySubject] of known) {
      const name = subjectAt(budget, subject);
      if (name === undefined) continue;
      let account = bySubject.get(name);
      if (!account || (account.periodEndMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
        account = this.#observed(budgetAccount(subject.tenantId, budget, name, nowMs));
        if (bySubject.size >= mostAccounts) bySubject.clear();
        bySubject.set(name, account);
      }
      accounts.push(account);
    }
    return accounts;
  }

  #observed(account: BudgetAccount): BudgetAccount {
    const observed: BudgetAccount = {
      ...account,
      observe: (standing, overrun) => this.#observe(observed, standing, overrun),
    };
    return observed;
  }
}
