import type { UsageReader } from '../../../policy/usage/usage-reader.ts';
import type { UsageRow } from '../../../policy/usage/usage-row.ts';
import type { TimeRange } from '../../../storage/time-range.ts';
import { type Buckets, type BucketWidth, cursorTo } from './buckets.ts';

/** How long a page may be read for. Then it ends with the day, and its cursor leads on. */
const longestMs = 20_000;

export interface PageReading {
  readonly reader: Pick<UsageReader, 'read'>;
  readonly tenantId: string;
  readonly width: BucketWidth;
  readonly buckets: Buckets;
  readonly wants: (row: UsageRow) => boolean;
  readonly describe: (rows: readonly UsageRow[]) => readonly object[];
  /** @default 20,000 */
  readonly longestMs?: number;
}

/** Reads the buckets of a page, as OpenAI's clients read it. */
export async function readPage(reading: PageReading): Promise<object> {
  const { buckets, describe } = reading;
  const filled = await fill(reading);
  const last = filled.at(-1);
  const nextMs = last ? last.bucket.toMs : buckets.page[0]?.fromMs;
  const hasMore = nextMs !== undefined && nextMs < buckets.endMs;
  return {
    object: 'page',
    data: filled.map(({ bucket, rows }) => ({
      object: 'bucket',
      start_time: bucket.fromMs / 1_000,
      end_time: bucket.toMs / 1_000,
      results: describe(rows),
    })),
    has_more: hasMore,
    next_page: hasMore ? cursorTo(nextMs) : null,
  };
}

interface FilledBucket {
  readonly bucket: TimeRange;
  readonly rows: UsageRow[];
}

/** The rows of each bucket, of as many days as there is time for, and of one at least. */
async function fill(reading: PageReading): Promise<readonly FilledBucket[]> {
  const { reader, tenantId, width, buckets, wants } = reading;
  const [first] = buckets.page;
  const last = buckets.page.at(-1);
  if (!first || !last) return [];
  const untilMs = performance.now() + (reading.longestMs ?? longestMs);
  const filled = buckets.page.map((bucket): FilledBucket => ({ bucket, rows: [] }));
  const range = { fromMs: first.fromMs, toMs: last.toMs };
  let index = 0;
  for await (const { toMs, pieces } of reader.read(tenantId, range, width === '1m' ? 'minute' : 'hour')) {
    for (const { startMs, rows } of pieces) {
      while (startMs >= (filled[index]?.bucket.toMs ?? Number.POSITIVE_INFINITY)) index += 1;
      for (const row of rows) if (wants(row)) filled[index]?.rows.push(row);
    }
    if (performance.now() > untilMs) return filled.filter(({ bucket }) => bucket.toMs <= toMs);
  }
  return filled;
}
