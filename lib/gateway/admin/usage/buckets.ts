import type { TimeRange } from '../../../storage/time-range.ts';
import { ApiError } from '../../errors/api-error.ts';

export type BucketWidth = '1m' | '1h' | '1d';

const widthMs: Readonly<Record<BucketWidth, number>> = { '1m': 60_000, '1h': 3_600_000, '1d': 86_400_000 };
/** How far back there are records. */
export const keptMs = 400 * 86_400_000;

export interface WantedBuckets {
  readonly width: BucketWidth;
  readonly limit: number;
  readonly startMs: number;
  /** Absent: the end of the present bucket. */
  readonly endMs?: number;
  /** A cursor, as a caller gave it. */
  readonly page?: string;
}

/** The buckets of a page, and those behind it. */
export interface Buckets {
  readonly page: readonly TimeRange[];
  /** Where the range ends. */
  readonly endMs: number;
}

/**
 * Cuts a range into the buckets of one page. Buckets begin with whole days, hours or minutes (UTC); the first and the
 * last are as short as the range makes them. What is older than any record or still to come is in none.
 *
 * @throws ApiError 400 for a range that ends before it begins, and for a cursor that is none of this range
 */
export function cutBuckets({ width, limit, startMs, endMs, page }: WantedBuckets, nowMs: number): Buckets {
  if (endMs !== undefined && endMs <= startMs) {
    throw new ApiError(400, 'The range ends before it begins.', { param: 'end_time', code: 'invalid_value' });
  }
  const step = widthMs[width];
  const presentEndMs = floorTo(step, nowMs) + step;
  const firstMs = Math.max(startMs, floorTo(step, nowMs - keptMs));
  const lastMs = Math.min(endMs ?? presentEndMs, presentEndMs);
  const buckets: TimeRange[] = [];
  let fromMs = page === undefined ? firstMs : readCursor(page, step, startMs, lastMs);
  // A page that was begun long ago may have lost its next buckets.
  fromMs = Math.max(fromMs, firstMs);
  while (fromMs < lastMs && buckets.length < limit) {
    const toMs = Math.min(floorTo(step, fromMs) + step, lastMs);
    buckets.push({ fromMs, toMs });
    fromMs = toMs;
  }
  return { page: buckets, endMs: lastMs };
}

/** The cursor of the page that begins with a bucket. */
export function cursorTo(fromMs: number): string {
  return `page_${fromMs / 1_000}`;
}

function readCursor(cursor: string, step: number, startMs: number, lastMs: number): number {
  const seconds = /^page_(\d{1,12})$/.exec(cursor)?.[1];
  const fromMs = Number(seconds) * 1_000;
  const isBucket = fromMs % step === 0 && fromMs > startMs;
  if (seconds === undefined || !isBucket || fromMs >= lastMs) {
    throw new ApiError(400, 'The cursor is not one of this range. Use the next_page of the page before.', {
      param: 'page',
      code: 'invalid_cursor',
    });
  }
  return fromMs;
}

function floorTo(step: number, ms: number): number {
  return Math.floor(ms / step) * step;
}
