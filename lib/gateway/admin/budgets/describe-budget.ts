import { type Budget, budgetAccount, periodAt } from '../../../policy/index.ts';
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
  ledger: Pick<LedgerStore, 'read'>,
  tenantId: string,
  budget: Budget,
  subject: string,
) {
  const now = Date.now();
  const { name, endMs } = periodAt(budget.period, now);
  const item = await ledger.read(budgetAccount(tenantId, budget, subject, now));
  const spent = item?.settled ?? 0;
  let held = 0;
  for (const { amount } of item?.leases.values() ?? []) held += amount;
  return {
    subject,
    period: name,
    resets_at_ms: endMs ?? null,
    spent_microusd: spent,
    held_microusd: held,
    remaining_microusd: budget.amountMicroUsd - spent - held,
  };
}
