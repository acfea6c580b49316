import { periodAt } from '../budgets/period.ts';
import type { Account } from '../ledger/index.ts';
import { type CapLevel, type CapMetric, capMetricTraits, type UsageCap } from './cap.ts';

/** Whose usage an account counts. */
export interface UsageSubject {
  readonly tenantId: string;
  readonly level: CapLevel;
  /** The id of the tenant or of the project. */
  readonly subject: string;
}

const prefix = 'usage#';

/**
 * The account in which a metric is counted for somebody, whether there is a cap for it or not: a cap that is set later
 * counts what is there.
 */
export function usageAccount(
  { tenantId, level, subject }: UsageSubject,
  metric: CapMetric,
  cap: UsageCap | undefined,
  atMs: number,
): Account {
  const { counts, perUnit } = capMetricTraits[metric];
  const { name, endMs } = periodAt(counts === 'stock' ? 'total' : 'month', atMs);
  return {
    tenantId,
    id: `${prefix}${metric}#${level}#${subject}#${name}`,
    limit: (cap?.limit ?? 0) * perUnit,
    limitVersion: cap?.version ?? 0,
    mode: cap ? 'hard' : 'soft',
    periodEndMs: endMs,
    leases: 'own',
  };
}

export function isUsageAccount(id: string): boolean {
  return id.startsWith(prefix);
}

/** The account of a thing that counted before, to take it out again. */
export function accountToLeave(tenantId: string, id: string): Account {
  return {
    tenantId,
    id,
    limit: 0,
    limitVersion: 0,
    mode: 'soft',
    periodEndMs: undefined,
    leases: 'own',
  };
}
