export const capMetrics = ['stored_bytes', 'documents', 'indexed_tokens', 'tuning_hours'] as const;
export type CapMetric = (typeof capMetrics)[number];

export const capLevels = ['tenant', 'project'] as const;
export type CapLevel = (typeof capLevels)[number];

/** How much of something a tenant or a project may use: a setting of kind `usage-cap`. */
export interface UsageCap {
  /** Of the metric and the subject: there is one cap for both. */
  readonly id: string;
  readonly level: CapLevel;
  readonly subject: string;
  readonly metric: CapMetric;
  /** In the metric's own unit: a whole number that is not negative. */
  readonly limit: number;
  /** Grows with every change, also over a deletion. */
  readonly version: number;
}

interface CapMetricTraits {
  /** `stock`: what there is at one time; what is removed is free again. `month`: what is done in a month, in UTC. */
  readonly counts: 'stock' | 'month';
  /** What is counted in the ledger, in one unit of the metric: hours are counted in seconds. */
  readonly perUnit: number;
}

export const capMetricTraits: Readonly<Record<CapMetric, CapMetricTraits>> = {
  stored_bytes: { counts: 'stock', perUnit: 1 },
  documents: { counts: 'stock', perUnit: 1 },
  indexed_tokens: { counts: 'month', perUnit: 1 },
  tuning_hours: { counts: 'month', perUnit: 3_600 },
};

/** There is one cap of a metric for a tenant, and one for each of its projects. */
export function capId(metric: CapMetric, level: CapLevel, subject: string): string {
  return level === 'tenant' ? metric : `${metric}.${subject}`;
}
