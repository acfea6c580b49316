import { requestTimeMs } from '../../storage/request-id.ts';
import type { RequestReader } from '../../storage/request-reader.ts';
import type { TimeRange } from '../../storage/time-range.ts';
import type { UsageStore } from '../../storage/usage-store.ts';
import { describeError, log } from '../../telemetry/index.ts';
import { Tally } from './tally.ts';
import { rowOf, type UsageRow } from './usage-row.ts';

export interface UsageReaderOptions {
  readonly records: Pick<RequestReader, 'scan'>;
  readonly counted: Pick<UsageStore, 'read' | 'write'>;
  readonly now?: () => number;
}

/** The usage of a piece of time, which is at most a step long. */
export interface UsagePiece {
  readonly startMs: number;
  readonly rows: readonly UsageRow[];
}

/** The usage of a day, or of the part of it that is in the range, in the order of time. */
export interface UsageDay {
  readonly toMs: number;
  readonly pieces: readonly UsagePiece[];
}

/** How finely time is cut. Whole hours come from what has been counted, minutes always from the records. */
export type UsageStep = 'hour' | 'minute';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/**
 * When an hour's records are all there: outcomes come up to 25 minutes after their request (later ones are filed
 * apart), clocks may differ by five, and five more are for the write.
 */
const closedAfterMs = 40 * minuteMs;

/**
 * Tells what a tenant used. The request records are the source of truth; an hour that is closed is counted when it is
 * first asked for, and kept.
 */
export class UsageReader {
  readonly #records: UsageReaderOptions['records'];
  readonly #counted: UsageReaderOptions['counted'];
  readonly #now: () => number;

  constructor({ records, counted, now = Date.now }: UsageReaderOptions) {
    this.#records = records;
    this.#counted = counted;
    this.#now = now;
  }

  /** The usage in a range, a day at a time. No day is read before it is asked for. */
  async *read(tenantId: string, range: TimeRange, step: UsageStep): AsyncGenerator<UsageDay> {
    for (let fromMs = range.fromMs; fromMs < range.toMs; ) {
      const toMs = Math.min(range.toMs, floorTo(dayMs, fromMs) + dayMs);
      const day = { fromMs, toMs };
      const pieces = step === 'hour' ? this.#hours(tenantId, day) : this.#live(tenantId, day, minuteMs);
      yield { toMs, pieces: await pieces };
      fromMs = toMs;
    }
  }

  async #hours(tenantId: string, day: TimeRange): Promise<readonly UsagePiece[]> {
    const closed = this.#closedHours(day);
    const pieces = closed.fromMs < closed.toMs ? await this.#closed(tenantId, closed) : [];
    const [before, after] = await Promise.all([
      this.#live(tenantId, { fromMs: day.fromMs, toMs: Math.min(closed.fromMs, day.toMs) }, hourMs),
      this.#live(tenantId, { fromMs: Math.max(closed.toMs, closed.fromMs), toMs: day.toMs }, hourMs),
    ]);
    return [...before, ...pieces, ...after];
  }

  /** The whole hours in a day of which all records are there. */
  #closedHours({ fromMs, toMs }: TimeRange): TimeRange {
    const lastMs = Math.min(toMs, this.#now() - closedAfterMs);
    return { fromMs: floorTo(hourMs, fromMs + hourMs - 1), toMs: floorTo(hourMs, lastMs) };
  }

  async #closed(tenantId: string, range: TimeRange): Promise<readonly UsagePiece[]> {
    const { hours, late } = await this.#counted.read(tenantId, range);
    const rows = new Map(hours.map((hour) => [hour.startMs, hour.rows as readonly UsageRow[]]));
    await this.#count(tenantId, range, rows);
    const pieces: UsagePiece[] = [...rows].map(([startMs, found]) => ({ startMs, rows: found }));
    for (const { requestId, record } of late) {
      const row = rowOf(record);
      if (row) pieces.push({ startMs: floorTo(hourMs, requestTimeMs(requestId)), rows: [row] });
    }
    return pieces.sort((a, b) => a.startMs - b.startMs);
  }

  /** Counts the hours that have not been, in one scan from the first of them to the last, and adds them to `rows`. */
  async #count(tenantId: string, range: TimeRange, rows: Map<number, readonly UsageRow[]>): Promise<void> {
    const missing = new Map<number, Tally>();
    for (let startMs = range.fromMs; startMs < range.toMs; startMs += hourMs) {
      if (!rows.has(startMs)) missing.set(startMs, new Tally());
    }
    const [firstMs] = missing.keys();
    const lastMs = [...missing.keys()].at(-1);
    if (firstMs === undefined || lastMs === undefined) return;
    const scanned = { fromMs: firstMs, toMs: lastMs + hourMs };
    await this.#records.scan(tenantId, scanned, 'outcome', ({ requestId, isLate, record }) => {
      const row = isLate ? undefined : rowOf(record);
      if (row) missing.get(floorTo(hourMs, requestTimeMs(requestId)))?.add(row);
    });
    for (const [startMs, tally] of missing) rows.set(startMs, tally.rows);
    const counted = [...missing].map(([startMs, tally]) => ({ startMs, rows: tally.rows }));
    // It is counted again where it could not be kept.
    await this.#counted.write(tenantId, counted).catch((error: unknown) => {
      log.warn('usage not kept', { tenantId, ...describeError(error) });
    });
  }

  async #live(tenantId: string, range: TimeRange, stepMs: number): Promise<readonly UsagePiece[]> {
    const tallies = new Map<number, Tally>();
    if (range.fromMs >= range.toMs) return [];
    await this.#records.scan(tenantId, range, 'outcome', ({ requestId, record }) => {
      const row = rowOf(record);
      if (!row) return;
      const startMs = floorTo(stepMs, requestTimeMs(requestId));
      const tally = tallies.get(startMs) ?? new Tally();
      tallies.set(startMs, tally);
      tally.add(row);
    });
    return [...tallies]
      .map(([startMs, tally]) => ({ startMs: Math.max(startMs, range.fromMs), rows: tally.rows }))
      .sort((a, b) => a.startMs - b.startMs);
  }
}

function floorTo(stepMs: number, ms: number): number {
  return Math.floor(ms / stepMs) * stepMs;
}
