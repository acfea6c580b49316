import type { AccountItem } from '../../storage/ledger-store.ts';
import type { BudgetEvent } from './budget.ts';
import type { BudgetAccount } from './budget-account.ts';

/** Something that the tenant is to be told about an account. */
export interface DueAlert {
  readonly type: BudgetEvent['type'];
  /** By this one process is chosen to tell it: it grows from alert to alert of an account. */
  readonly percent: number;
}

/** More than the whole: a request cost more than was held for it. Above every threshold that can be set. */
const overrunPercent = 1_000;

/** What has been reached and nobody was told of, in the order in which it was. */
export function alertsDue({ budget }: BudgetAccount, { settled, alerted }: AccountItem): DueAlert[] {
  const { amountMicroUsd: amount, alertPercents, mode } = budget;
  const due: DueAlert[] = [];
  for (const percent of alertPercents) {
    if (percent <= alerted || settled * 100 < amount * percent) continue;
    due.push({ type: percent >= 100 ? 'budget.exhausted' : 'budget.threshold_reached', percent });
  }
  if (mode === 'hard' && settled > amount && alerted < overrunPercent) {
    due.push({ type: 'budget.overrun', percent: overrunPercent });
  }
  return due;
}

export function toEvent(
  { tenantId, id, budget, subject, periodEndMs }: BudgetAccount,
  { settled }: AccountItem,
  { type, percent }: DueAlert,
  atMs: number,
): BudgetEvent {
  return {
    tenantId,
    id: `${id}#${percent}`,
    type,
    atMs,
    data: {
      budgetId: budget.id,
      level: budget.level,
      subject,
      period: budget.period,
      amountMicroUsd: budget.amountMicroUsd,
      spentMicroUsd: settled,
      percent: type === 'budget.overrun' ? Math.floor((settled * 100) / budget.amountMicroUsd) : percent,
      resetAtMs: periodEndMs ?? null,
    },
  };
}
