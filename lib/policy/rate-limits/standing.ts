import type { RateBucket } from './bucket.ts';
import type { Meter } from './meter.ts';

/** Where a caller stands with one limit. */
export interface MeterStanding {
  readonly limit: number;
  /** What is left, as far as this process knows. */
  readonly remaining: number;
  /** Until all of the limit is free again, in milliseconds. */
  readonly resetMs: number;
}

/** Where a caller stands, each with the limit that leaves it least. Absent: nothing of the kind is limited. */
export interface RateStanding {
  readonly requests?: MeterStanding;
  readonly tokens?: MeterStanding;
}

/** Limits per minute come first: those per day count where there is none. */
export function standingOf(
  counted: Iterable<{ readonly bucket: RateBucket | undefined }>,
  nowUs: number,
): RateStanding {
  const tightest: { requests?: Meter; tokens?: Meter } = {};
  for (const { bucket } of counted) {
    for (const meter of bucket?.item.meters ?? []) {
      const { counts } = meter.kind;
      const other = tightest[counts];
      if (!other || isTighter(meter, other, nowUs)) tightest[counts] = meter;
    }
  }
  return {
    ...(tightest.requests && { requests: describeMeter(tightest.requests, nowUs) }),
    ...(tightest.tokens && { tokens: describeMeter(tightest.tokens, nowUs) }),
  };
}

function isTighter(meter: Meter, other: Meter, nowUs: number): boolean {
  if (meter.kind.period !== other.kind.period) return meter.kind.period === 'minute';
  return meter.remaining(nowUs) < other.remaining(nowUs);
}

export function describeMeter(meter: Meter, nowUs: number): MeterStanding {
  return {
    limit: meter.limit,
    remaining: meter.remaining(nowUs),
    resetMs: Math.ceil(meter.resetUs(nowUs) / 1_000),
  };
}
