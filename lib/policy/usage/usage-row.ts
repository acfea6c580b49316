/** Whose usage it is, and of what. */
export interface UsageSubject {
  /** What models did: `chat` or `embeddings`. */
  readonly operation: string;
  /** The name that callers asked for. */
  readonly alias: string;
  /** Who served it; '' where nobody had to. */
  readonly provider: string;
  readonly model: string;
  readonly projectId: string;
  /** The member or service account of the key; '' where it has none. */
  readonly userId: string;
  readonly keyId: string;
}

/** Sums of whole numbers. Totals contain their parts, as in `TokenUsage`. */
export interface UsageAmounts {
  /** Requests that were answered, in whole or in part. */
  readonly requests: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly costMicroUsd: number;
  /** Requests whose price is not known: their cost is in no sum. */
  readonly unpricedRequests: number;
}

export type UsageRow = UsageSubject & UsageAmounts;

type Outcome = Readonly<Record<string, unknown>>;

/**
 * What an outcome adds; undefined where no model produced anything. One that was lost with its process may have cost
 * something all the same.
 */
export function rowOf(outcome: Outcome): UsageRow | undefined {
  const usage = outcome.usage as Outcome | null | undefined;
  const cost = outcome.costMicroUsd;
  if (!usage && !cost) return undefined;
  return {
    operation: textOf(outcome.operation) || operationOfRoute(textOf(outcome.route)),
    alias: textOf(outcome.alias),
    provider: textOf(outcome.provider),
    model: textOf(outcome.model),
    projectId: textOf(outcome.projectId),
    userId: textOf(outcome.userId),
    keyId: textOf(outcome.keyId),
    requests: usage ? 1 : 0,
    inputTokens: countOf(usage?.inputTokens),
    cachedInputTokens: countOf(usage?.cachedInputTokens),
    cacheWriteTokens: countOf(usage?.cacheWriteTokens),
    outputTokens: countOf(usage?.outputTokens),
    costMicroUsd: countOf(cost),
    unpricedRequests: typeof cost === 'number' ? 0 : 1,
  };
}

/** Records from before outcomes told the operation. */
function operationOfRoute(route: string): string {
  return route.endsWith('/embeddings') ? 'embeddings' : 'chat';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
