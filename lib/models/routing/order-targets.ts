import type { ModelAlias } from '../../config/schema.ts';

/** What an order is made from. */
export interface OrderableTarget {
  readonly weight: number;
  /** Measured; undefined for a target that was not tried yet. */
  readonly latencyMs: number | undefined;
  /** Micro-dollars for a typical call; null where the price is not known. */
  readonly comparableCost: number | null;
}

/** Share of the requests of `least-latency` that try a target at random, so that one that became faster is noticed. */
const EXPLORATION_SHARE = 0.05;

/**
 * Puts an alias's targets in the order in which a request tries them.
 *
 * @param random gives numbers from 0 up to, not including, 1.
 */
export function orderTargets<Target extends OrderableTarget>(
  targets: readonly Target[],
  strategy: ModelAlias['strategy'],
  random: () => number,
): readonly Target[] {
  if (targets.length === 1) return targets;
  switch (strategy) {
    case 'priority':
      return targets;
    case 'weighted':
      return sortBy(targets, ({ weight }) => weightedDraw(weight, random));
    case 'least-latency':
      if (random() < EXPLORATION_SHARE) return sortBy(targets, () => random());
      // Targets that were never tried come first, in random order so that a crowd does not pile onto one.
      return sortBy(targets, ({ latencyMs }) => latencyMs ?? random() - 1);
    case 'lowest-cost':
      return sortBy(targets, ({ comparableCost }) => comparableCost ?? Number.POSITIVE_INFINITY);
  }
}

/**
 * Sorting by these draws is drawing without replacement by weight: Efraimidis and Spirakis, "Weighted random sampling
 * with a reservoir" (2006).
 */
function weightedDraw(weight: number, random: () => number): number {
  return -Math.log(1 - random()) / weight;
}

function sortBy<Item>(items: readonly Item[], rank: (item: Item) => number): Item[] {
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank))
    .map(({ item }) => item);
}
