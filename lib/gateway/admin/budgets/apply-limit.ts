import { type Budget, budgetAccount } from '../../../policy/index.ts';
import type { LedgerStore } from '../../../storage/ledger-store.ts';

/**
 * Moves a changed budget's account to its new limit at once. The accounts of a budget of each are moved by whoever uses
 * them next and knows of the change.
 */
export async function applyLimit(
  ledger: Pick<LedgerStore, 'changeLimit'>,
  tenantId: string,
  budget: Budget,
): Promise<void> {
  const subject = budget.level === 'tenant' ? tenantId : budget.subject;
  if (subject === '*') return;
  const account = budgetAccount(tenantId, budget, subject, Date.now());
  await ledger.changeLimit(account, account.limit, account.limitVersion);
}
