import { hash } from 'node:crypto';
import type { LedgerItem } from '../../storage/ledger-item.ts';
import type { LedgerStore } from '../../storage/ledger-store.ts';
import type { AccountStanding } from '../ledger/index.ts';
import type { BudgetEvent } from './budget.ts';
import type { BudgetAccount } from './budget-account.ts';

export interface AlertServices {
  readonly store: Pick<LedgerStore, 'claimAlert' | 'claimExhausted'>;
  /** Telling the same again, by its id and time, changes nothing. */
  readonly emit: (event: BudgetEvent) => Promise<void>;
  readonly now: () => number;
}

const whole = 100;

/**
 * Tells of thresholds and overruns, where there is something to tell. Of all processes that see a threshold crossed, the
 * one tells whose claim is stored; should it die before it does, a sweep tells, with the same id.
 */
export function alertOf(
  account: BudgetAccount,
  standing: AccountStanding,
  overrun: number,
  services: AlertServices,
): Promise<void> | undefined {
  const { settled, limit, available, alertedPercent, exhaustedAtMs } = standing;
  const { alertPercents } = account.budget;
  const spent = (percent: number) => settled * whole >= limit * percent;
  const reached = alertPercents.findLast((percent) => percent < whole && spent(percent)) ?? 0;
  const isExhausted = exhaustedAtMs === undefined && spent(whole) && alertPercents.includes(whole);
  const isOverrun = overrun > 0 && available < 0 && account.mode === 'hard';
  if (!isOverrun && !isExhausted && reached <= alertedPercent) return undefined;
  return (async () => {
    const { store, emit, now } = services;
    if (reached > alertedPercent) {
      const claimed = await store.claimAlert(keyOf(account), reached, now());
      if (claimed) await emit(thresholdEvent(account, claimed));
    }
    if (isExhausted) await tellExhausted(account, services);
    if (isOverrun) {
      const data = { ...describe(account, standing), overrun_microusd: overrun };
      await emit(eventOf(account, 'budget.overrun', now(), `${settled}`, data));
    }
  })();
}

/** Tells, once for each limit, that the money is spent: all of it, or so much that a request was refused for good. */
export async function tellExhausted(
  account: BudgetAccount,
  { store, emit, now }: AlertServices,
): Promise<void> {
  const claimed = await store.claimExhausted(keyOf(account), now());
  if (claimed) await emit(exhaustedEvent(account, claimed));
}

/** What was to be told of an account since a time, to be told again in case that it was not. */
export function eventsSince(account: BudgetAccount, item: LedgerItem, sinceMs: number): BudgetEvent[] {
  const events: BudgetEvent[] = [];
  if ((item.alertedAtMs ?? 0) >= sinceMs) events.push(thresholdEvent(account, item));
  if ((item.exhaustedAtMs ?? 0) >= sinceMs) events.push(exhaustedEvent(account, item));
  return events;
}

function thresholdEvent(account: BudgetAccount, item: LedgerItem): BudgetEvent {
  const { alertedPercent, alertedAtMs = 0, limitVersion } = item;
  const data = { ...describe(account, standingIn(item)), percent: alertedPercent };
  return eventOf(account, 'budget.threshold_reached', alertedAtMs, `${limitVersion} ${alertedPercent}`, data);
}

function exhaustedEvent(account: BudgetAccount, item: LedgerItem): BudgetEvent {
  const data = describe(account, standingIn(item));
  return eventOf(account, 'budget.exhausted', item.exhaustedAtMs ?? 0, String(item.limitVersion), data);
}

function standingIn({ limit = 0, settled }: LedgerItem) {
  return { limit, settled };
}

function describe(
  { budget, subject, periodEndMs }: BudgetAccount,
  { limit, settled }: Pick<AccountStanding, 'limit' | 'settled'>,
): Record<string, string | number | null> {
  return {
    budget_id: budget.id,
    budget_name: budget.name ?? null,
    level: budget.level,
    subject,
    period: budget.period,
    mode: budget.mode,
    amount_microusd: limit,
    spent_microusd: settled,
    resets_at_ms: periodEndMs ?? null,
  };
}

function eventOf(
  { tenantId, id }: BudgetAccount,
  type: BudgetEvent['type'],
  atMs: number,
  occurrence: string,
  data: BudgetEvent['data'],
): BudgetEvent {
  const digest = hash('sha256', `${id} ${type} ${occurrence}`, 'hex').slice(0, 24);
  return { tenantId, id: `evt_${digest}`, type, atMs, data };
}

function keyOf({ tenantId, id }: BudgetAccount) {
  return { tenantId, account: id };
}
