import type { LedgerStore, NotedAccount } from '../../storage/ledger-store.ts';
import type { TenantSettings } from '../../tenancy/index.ts';
import { type LeaseSpending, type Swept, standingOf, sweepLedger } from '../ledger/index.ts';
import { alertOf, eventsSince } from './alerts.ts';
import type { Budget, BudgetEvent } from './budget.ts';
import { type BudgetAccount, budgetAccount } from './budget-account.ts';

export interface BudgetSweepServices {
  readonly ledger: LedgerStore;
  /** For every account of the ledger, also those that are no budget's. */
  readonly spending: LeaseSpending;
  readonly settings: (tenantId: string) => Promise<TenantSettings>;
  /** Tells the tenant. Telling the same again, by its id and time, changes nothing. */
  readonly emit: (event: BudgetEvent) => Promise<void>;
  readonly now?: () => number;
  /** Accounts looked at in one go. @default 1000 */
  readonly mostAccounts?: number;
}

/** What was to be told is told again for so long, in case that it was not. */
const toldAgainForMs = 2 * 60 * 60_000;

/**
 * Settles what dead processes of a tenant left in the ledger, and tells of its budgets what they did not come to tell. Of
 * a tenant with very many accounts, the next call looks at those that this one did not come to.
 */
export async function sweepBudgets(tenantId: string, services: BudgetSweepServices): Promise<Swept> {
  const { ledger: store, spending, emit, mostAccounts, now = Date.now } = services;
  const settings = await services.settings(tenantId);
  const budgets = new Map(settings.list<Budget>('budget').map((budget) => [budget.id, budget]));
  const after = await store.readCursor(tenantId);
  const swept = await sweepLedger(tenantId, {
    store,
    spending,
    now,
    ...(mostAccounts !== undefined && { mostAccounts }),
    ...(after !== undefined && { after }),
    onSwept: async (noted, items) => {
      const account = accountOf(tenantId, noted, budgets);
      const standing = standingOf(items);
      if (!account || !standing || !items[0]) return;
      for (const event of eventsSince(account, items[0], now() - toldAgainForMs)) await emit(event);
      await alertOf(account, standing, 0, { store, emit, now });
    },
  });
  if (swept.next !== after) await store.writeCursor(tenantId, swept.next);
  return swept;
}

/** The account as its id tells it; undefined where it is of no budget that there is. */
function accountOf(
  tenantId: string,
  { account: id, periodEndMs }: NotedAccount,
  budgets: ReadonlyMap<string, Budget>,
): BudgetAccount | undefined {
  const [kind, budgetId = '', subject = ''] = id.split('#');
  const budget = kind === 'budget' ? budgets.get(budgetId) : undefined;
  return budget && { ...budgetAccount(tenantId, budget, subject, 0), id, periodEndMs };
}
