import type { UsageAmounts, UsageRow, UsageSubject } from './usage-row.ts';

type Mutable<Amounts> = { -readonly [Name in keyof Amounts]: Amounts[Name] };

/** Sums usage by whose it is. */
export class Tally {
  readonly #rows = new Map<string, UsageSubject & Mutable<UsageAmounts>>();

  add(row: UsageRow): void {
    const { operation, alias, provider, model, projectId, userId, keyId } = row;
    const key = JSON.stringify([operation, alias, provider, model, projectId, userId, keyId]);
    const sum = this.#rows.get(key);
    if (sum) addAmounts(sum, row);
    else this.#rows.set(key, { ...row });
  }

  /** One row for each subject, in an order that does not depend on the order of adding. */
  get rows(): readonly UsageRow[] {
    return [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }
}

export function addAmounts(sum: Mutable<UsageAmounts>, added: UsageAmounts): void {
  sum.requests += added.requests;
  sum.inputTokens += added.inputTokens;
  sum.cachedInputTokens += added.cachedInputTokens;
  sum.cacheWriteTokens += added.cacheWriteTokens;
  sum.outputTokens += added.outputTokens;
  sum.costMicroUsd += added.costMicroUsd;
  sum.unpricedRequests += added.unpricedRequests;
}
