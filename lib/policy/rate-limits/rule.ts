/** What a limit is for: everything of a tenant, or one or each of its projects, keys, end users or models. */
export const limitLevels = ['tenant', 'project', 'key', 'user', 'model'] as const;

export type LimitLevel = (typeof limitLevels)[number];

/** What is counted continuously, each by a meter of its own. */
export const meterNames = ['requestsPerMinute', 'requestsPerDay', 'tokensPerMinute', 'tokensPerDay'] as const;

export type MeterName = (typeof meterNames)[number];

/** A limit that a tenant has set. All that match a request apply at once. */
export interface LimitRule extends Readonly<Partial<Record<MeterName, number>>> {
  readonly id: string;
  readonly level: LimitLevel;
  /** Whom it is for; `*`: each of its level, with a count of its own. */
  readonly subject: string;
  /** Counts requests for this model alone. @default - for any */
  readonly model?: string;
  /** Requests under way at the same time. */
  readonly concurrentRequests?: number;
  /** Grows with every change. */
  readonly version: number;
}

export interface MeterKind {
  readonly name: MeterName;
  readonly counts: 'requests' | 'tokens';
  readonly period: 'minute' | 'day';
  /** In microseconds. */
  readonly periodUs: number;
}

const minuteUs = 60e6;
const dayUs = 86_400e6;

export const meterKinds: readonly MeterKind[] = [
  { name: 'requestsPerMinute', counts: 'requests', period: 'minute', periodUs: minuteUs },
  { name: 'requestsPerDay', counts: 'requests', period: 'day', periodUs: dayUs },
  { name: 'tokensPerMinute', counts: 'tokens', period: 'minute', periodUs: minuteUs },
  { name: 'tokensPerDay', counts: 'tokens', period: 'day', periodUs: dayUs },
];
