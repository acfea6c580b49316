import { type Budget, budgetAccount, Ledger } from '../../../policy/index.ts';
import type { LedgerStore } from '../../../storage/ledger-store.ts';

/**
 * Moves a changed budget's account to its new limit at once. The accounts of a budget of each are moved by whoever uses
 * them next and knows of the change.
 */
export async function applyLimit(store: LedgerStore, tenantId: string, budget: Budget): Promise<void> {
  const subject = budget.level === 'tenant' ? tenantId : budget.subject;
  if (subject === '*') return;
  await new Ledger({ store }).moveLimit(budgetAccount(tenantId, budget, subject, Date.now()));
}
