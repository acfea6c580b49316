import { type Budget, budgetAccount, Ledger, periodAt } from '../../../policy/index.ts';
import type { LedgerStore } from '../../../storage/ledger-store.ts';

/** A budget as the API shows it. */
export function describeBudget(budget: Budget) {
  const { id, name, level, subject, amountMicroUsd, period, mode, alertPercents, version } = budget;
  return {
    id,
    object: 'budget',
    name: name ?? null,
    level,
    subject,
    amount_microusd: amountMicroUsd,
    currency: 'usd',
    period,
    mode,
    alert_percents: alertPercents,
    version,
  };
}

/** How a budget stands for one subject, in the period that runs now. */
export async function describeStanding(
  store: LedgerStore,
  tenantId: string,
  budget: Budget,
  subject: string,
) {
  const now = Date.now();
  const { name, endMs } = periodAt(budget.period, now);
  const standing = await new Ledger({ store }).standing(budgetAccount(tenantId, budget, subject, now));
  const { settled: spent = 0, held = 0 } = standing ?? {};
  return {
    subject,
    period: name,
    resets_at_ms: endMs ?? null,
    spent_microusd: spent,
    held_microusd: held,
    remaining_microusd: budget.amountMicroUsd - spent - held,
  };
}
