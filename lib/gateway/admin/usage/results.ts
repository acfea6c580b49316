import { addAmounts } from '../../../policy/usage/tally.ts';
import type { UsageRow } from '../../../policy/usage/usage-row.ts';
import type { Grouping, UsageKind } from './kinds.ts';

/** What a row is in each grouping. Where nothing tells, null. */
const groupOf: Readonly<Record<Grouping, (row: UsageRow) => string | boolean | null>> = {
  project_id: ({ projectId }) => projectId || null,
  user_id: ({ userId }) => userId || null,
  api_key_id: ({ keyId }) => keyId || null,
  model: ({ alias }) => alias || null,
  line_item: lineItem,
  batch: () => false,
  service_tier: () => null,
  api_source: () => 'unlabeled',
  size: () => null,
  source: () => null,
  vector_store_id: () => null,
  context_level: () => null,
};

/** Who charges for it, and for which model. */
export function lineItem({ provider, model }: UsageRow): string | null {
  return provider === '' ? null : `${provider}/${model}`;
}

type Groups = Readonly<Partial<Record<Grouping, string | boolean | null>>>;

interface Group {
  readonly groups: Groups;
  readonly sum: UsageRow;
}

/** Adds up rows by their groups. */
export function groupRows(rows: readonly UsageRow[], groupings: readonly Grouping[]): readonly Group[] {
  const found = new Map<string, Group>();
  for (const row of rows) {
    const groups: Groups = Object.fromEntries(groupings.map((name) => [name, groupOf[name](row)]));
    const key = JSON.stringify(groups);
    const group = found.get(key);
    if (group) addAmounts(group.sum, row);
    else found.set(key, { groups, sum: { ...row } });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** A result in OpenAI's form; what was not grouped by is null. */
export function usageResult({ object, groupings }: UsageKind, { groups, sum }: Group): object {
  return {
    object: `organization.usage.${object}.result`,
    input_tokens: sum.inputTokens,
    ...(object === 'completions' && {
      output_tokens: sum.outputTokens,
      input_cached_tokens: sum.cachedInputTokens,
      input_cache_write_tokens: sum.cacheWriteTokens,
      input_uncached_tokens: sum.inputTokens - sum.cachedInputTokens - sum.cacheWriteTokens,
    }),
    num_model_requests: sum.requests,
    ...withNulls(groupings, groups),
  };
}

const costGroupings = ['project_id', 'user_id', 'api_key_id', 'line_item', 'api_source'] as const;

export function costResult({ groups, sum }: Group): object {
  const byLineItem = groups.line_item !== undefined;
  return {
    object: 'organization.costs.result',
    // Micro-dollars are whole, so their sum is exact, and the division gives the nearest number to it.
    amount: { value: sum.costMicroUsd / 1_000_000, currency: 'usd' },
    quantity: byLineItem ? sum.inputTokens + sum.outputTokens : null,
    quantity_unit: byLineItem ? 'tokens' : null,
    ...withNulls(costGroupings, groups),
    unpriced_requests: sum.unpricedRequests,
  };
}

function withNulls(groupings: readonly Grouping[], groups: Groups): object {
  return Object.fromEntries(groupings.map((name) => [name, groups[name] ?? null]));
}
