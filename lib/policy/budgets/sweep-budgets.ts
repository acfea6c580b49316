import type { AccountItem, AccountKey, LedgerStore } from '../../storage/ledger-store.ts';
import type { RequestReader } from '../../storage/request-reader.ts';
import type { RequestStore } from '../../storage/request-store.ts';
import type { TenantSettings } from '../../tenancy/index.ts';
import { type HoldReference, type RecordedRequest, sweepLedger } from '../ledger/index.ts';
import type { Budget } from './budget.ts';
import { type BudgetAccount, budgetAccount } from './budget-account.ts';
import type { Budgets } from './budgets.ts';

export interface BudgetSweepServices {
  readonly ledger: LedgerStore;
  readonly reader: Pick<RequestReader, 'scan'>;
  readonly requests: Pick<RequestStore, 'put'>;
  readonly settings: (tenantId: string) => Promise<TenantSettings>;
  /** Tells the tenant what the sweep settled. */
  readonly budgets: Pick<Budgets, 'observe'>;
  readonly now?: () => number;
}

type Intent = Readonly<Record<string, unknown>> & { readonly holds: readonly HoldReference[] };

/**
 * Settles the budgets of a tenant that processes which died have left with money held.
 *
 * @returns how many leases were settled
 */
export async function sweepBudgets(tenantId: string, services: BudgetSweepServices): Promise<number> {
  const { ledger, reader, requests, budgets } = services;
  const now = services.now ?? Date.now;
  const lost = new Map<string, Intent>();
  const swept: [AccountKey, AccountItem][] = [];
  const leases = await sweepLedger(tenantId, {
    store: ledger,
    now,
    requests: (_tenantId, fromMs, toMs) => recorded(tenantId, fromMs, toMs, reader, lost),
    recordLost: (_tenantId, requestId, costMicroUsd) =>
      requests.put(tenantId, requestId, 'outcome', {
        ...lost.get(requestId),
        status: 500,
        errorCode: 'lost',
        attempts: [],
        finishReasons: [],
        usage: null,
        costMicroUsd,
        // Whether the model was called is not known: all that was held for it counts as spent.
        costIsBound: true,
      }),
    onSettled: (account, item) => swept.push([account, item]),
  });
  if (swept.length === 0) return leases;
  const settings = await services.settings(tenantId);
  for (const [account, item] of swept) {
    const known = accountOf(account, settings, now());
    if (known) await budgets.observe(known, item);
  }
  return leases;
}

/** The requests of a stretch of time that hold something, with what they cost. */
async function* recorded(
  tenantId: string,
  fromMs: number,
  toMs: number,
  reader: Pick<RequestReader, 'scan'>,
  lost: Map<string, Intent>,
): AsyncIterable<RecordedRequest> {
  const range = { fromMs, toMs };
  const intents = new Map<string, Intent>();
  await reader.scan(tenantId, range, 'intent', ({ requestId, record }) => {
    if (Array.isArray(record.holds)) intents.set(requestId, record as Intent);
  });
  if (intents.size === 0) return;
  const costs = new Map<string, number | null>();
  await reader.scan(tenantId, range, 'outcome', ({ requestId, record }) => {
    if (intents.has(requestId)) costs.set(requestId, record.costMicroUsd as number | null);
  });
  for (const [requestId, intent] of intents) {
    const cost = costs.get(requestId);
    if (cost === undefined) lost.set(requestId, intent);
    yield { requestId, holds: intent.holds, ...(cost !== undefined && { cost }) };
  }
}

/** The account as the budget that it is of has it now; undefined where there is none any more. */
function accountOf(
  { tenantId, id }: AccountKey,
  settings: TenantSettings,
  nowMs: number,
): BudgetAccount | undefined {
  const [, budgetId, subject = ''] = id.split('#');
  const budget = settings.list<Budget>('budget').find((candidate) => candidate.id === budgetId);
  return budget && { ...budgetAccount(tenantId, budget, subject, nowMs), id };
}
