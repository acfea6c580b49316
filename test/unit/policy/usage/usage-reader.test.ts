import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type UsageDay, UsageReader } from '../../../../lib/policy/usage/usage-reader.ts';
import { rowOf, type UsageRow } from '../../../../lib/policy/usage/usage-row.ts';
import { newRequestId, requestTimeMs } from '../../../../lib/storage/request-id.ts';
import type { StoredRecord } from '../../../../lib/storage/request-reader.ts';
import type { CountedHour } from '../../../../lib/storage/usage-store.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const midnight = Date.UTC(2026, 0, 10);

interface Outcome {
  readonly requestId: string;
  readonly isLate: boolean;
  readonly record: Record<string, unknown>;
}

/** Records and counted hours in memory, as the stores keep them. */
function memory(outcomes: Outcome[] = []) {
  const hours = new Map<number, CountedHour>();
  let scans = 0;
  return {
    outcomes,
    hours,
    scans: () => scans,
    records: {
      scan: async (
        _tenantId: string,
        range: { fromMs: number; toMs: number },
        _phase: string,
        visit: (record: StoredRecord) => void,
      ) => {
        scans += 1;
        for (const outcome of outcomes) {
          const at = requestTimeMs(outcome.requestId);
          if (at >= range.fromMs && at < range.toMs) visit({ ...outcome, phase: 'outcome' });
        }
      },
    },
    counted: {
      read: async (_tenantId: string, { fromMs, toMs }: { fromMs: number; toMs: number }) => ({
        hours: [...hours.values()].filter(({ startMs }) => startMs >= fromMs && startMs < toMs),
        late: outcomes.filter(({ requestId, isLate }) => {
          const at = requestTimeMs(requestId);
          return isLate && at >= fromMs && at < toMs;
        }),
      }),
      write: async (_tenantId: string, written: readonly CountedHour[]) => {
        for (const one of written) hours.set(one.startMs, structuredClone(one));
      },
    },
  };
}

function outcome(atMs: number, facts: Record<string, unknown> = {}, isLate = false): Outcome {
  return {
    requestId: newRequestId(atMs),
    isLate,
    record: {
      operation: 'chat',
      alias: 'm',
      provider: 'p',
      model: 'pm',
      projectId: 'a',
      keyId: 'k',
      usage: { inputTokens: 3, cachedInputTokens: 1, cacheWriteTokens: 0, outputTokens: 2 },
      costMicroUsd: 7,
      ...facts,
    },
  };
}

async function all(days: AsyncIterable<UsageDay>): Promise<UsageRow[]> {
  const rows: UsageRow[] = [];
  for await (const { pieces } of days) rows.push(...pieces.flatMap((piece) => piece.rows));
  return rows;
}

function sums(rows: readonly UsageRow[]) {
  const total = { requests: 0, input: 0, cached: 0, output: 0, cost: 0, unpriced: 0 };
  for (const row of rows) {
    total.requests += row.requests;
    total.input += row.inputTokens;
    total.cached += row.cachedInputTokens;
    total.output += row.outputTokens;
    total.cost += row.costMicroUsd;
    total.unpriced += row.unpricedRequests;
  }
  return total;
}

const anyOutcome = fc
  .record({
    offset: fc.integer({ min: 0, max: 3 * day - 1 }),
    late: fc.boolean(),
    produced: fc.boolean(),
    priced: fc.boolean(),
    tokens: fc.nat(10_000),
    cost: fc.nat(1_000_000),
    key: fc.constantFrom('k1', 'k2', 'k3'),
    project: fc.constantFrom('a', 'b'),
  })
  .map(({ offset, late, produced, priced, tokens, cost, key, project }) =>
    outcome(
      midnight + offset,
      {
        keyId: key,
        projectId: project,
        usage: produced
          ? { inputTokens: tokens, cachedInputTokens: tokens >> 1, cacheWriteTokens: 0, outputTokens: tokens }
          : null,
        costMicroUsd: !produced ? 0 : priced ? cost : null,
      },
      late,
    ),
  );

describe('usage', () => {
  it('is the sum of the records, for any range and step, counted before or not, now or later', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyOutcome, { maxLength: 60 }),
        fc.integer({ min: -day, max: 4 * day }),
        fc.integer({ min: 1, max: 4 * day }),
        fc.integer({ min: 0, max: 4 * day }),
        fc.constantFrom('hour' as const, 'minute' as const),
        async (outcomes, from, length, age, step) => {
          const store = memory(outcomes);
          let now = midnight + age;
          const reader = new UsageReader({ ...store, now: () => now });
          const range = { fromMs: midnight + from, toMs: midnight + from + length };
          const expected = sums(
            outcomes
              .filter(({ requestId }) => {
                const at = requestTimeMs(requestId);
                return at >= range.fromMs && at < range.toMs;
              })
              .flatMap(({ record }) => rowOf(record) ?? []),
          );
          expect(sums(await all(reader.read('acme', range, step)))).toEqual(expected);
          // Others count other ranges, some at the same time.
          const wide = { fromMs: midnight - day, toMs: midnight + 5 * day };
          await Promise.all([
            all(reader.read('acme', wide, 'hour')),
            all(reader.read('acme', range, 'hour')),
          ]);
          now += 10 * day;
          expect(sums(await all(reader.read('acme', range, step)))).toEqual(expected);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('comes in pieces of their time, in order', async () => {
    const times = [0, 59 * minute, hour, day - 1, day, day + 5 * hour];
    const store = memory(times.map((offset) => outcome(midnight + offset)));
    const reader = new UsageReader({ ...store, now: () => midnight + 10 * day });
    const found: [number, number][] = [];
    for await (const { pieces } of reader.read(
      'acme',
      { fromMs: midnight, toMs: midnight + 2 * day },
      'hour',
    )) {
      for (const { startMs, rows } of pieces) {
        if (rows.length > 0) found.push([(startMs - midnight) / hour, sums(rows).requests]);
      }
    }
    expect(found).toEqual([
      [0, 2],
      [1, 1],
      [23, 1],
      [24, 1],
      [29, 1],
    ]);
  });

  it('of a closed hour is counted once, and read from there', async () => {
    const store = memory([outcome(midnight + 5)]);
    const reader = new UsageReader({ ...store, now: () => midnight + 2 * day });
    const range = { fromMs: midnight, toMs: midnight + day };
    const first = await all(reader.read('acme', range, 'hour'));
    expect(store.hours.size).toBe(24);
    const scans = store.scans();
    expect(await all(reader.read('acme', range, 'hour'))).toEqual(first);
    expect(store.scans()).toBe(scans);
    const rolledUp = structuredClone([...store.hours]);
    store.hours.clear();
    await Promise.all(Array.from({ length: 5 }, () => all(reader.read('acme', range, 'hour'))));
    expect([...store.hours]).toEqual(rolledUp);
  });

  it('of an hour that ended a moment ago is not counted yet: its last answers are still to come', async () => {
    const store = memory([]);
    let now = midnight + hour + 39 * minute;
    const reader = new UsageReader({ ...store, now: () => now });
    const range = { fromMs: midnight, toMs: midnight + hour };
    await all(reader.read('acme', range, 'hour'));
    expect(store.hours.size).toBe(0);
    store.outcomes.push(outcome(midnight + hour - 1));
    now += minute;
    expect(sums(await all(reader.read('acme', range, 'hour'))).requests).toBe(1);
    expect(store.hours.size).toBe(1);
  });

  it('has what was filed late, after its hour was counted', async () => {
    const store = memory([outcome(midnight)]);
    const reader = new UsageReader({ ...store, now: () => midnight + 2 * day });
    const range = { fromMs: midnight, toMs: midnight + day };
    await all(reader.read('acme', range, 'hour'));
    store.outcomes.push(outcome(midnight + minute, { usage: null, costMicroUsd: 100 }, true));
    expect(sums(await all(reader.read('acme', range, 'hour')))).toMatchObject({ requests: 1, cost: 107 });
  });

  it('is told though what was counted cannot be kept', async () => {
    const store = memory([outcome(midnight)]);
    const counted = { ...store.counted, write: () => Promise.reject(new Error('storage is down')) };
    const reader = new UsageReader({ ...store, counted, now: () => midnight + 2 * day });
    const rows = await all(reader.read('acme', { fromMs: midnight, toMs: midnight + day }, 'hour'));
    expect(sums(rows).requests).toBe(1);
  });
});

describe('an outcome', () => {
  it.each([
    ['without usage and cost adds nothing', { usage: null, costMicroUsd: 0 }, undefined],
    [
      'that was lost adds what it may have cost',
      { usage: null, costMicroUsd: 5 },
      { requests: 0, costMicroUsd: 5 },
    ],
    [
      'without a known price adds no cost and says so',
      { costMicroUsd: null },
      { costMicroUsd: 0, unpricedRequests: 1 },
    ],
    [
      'with a usage of nothing is a request',
      { usage: { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 } },
      { requests: 1, inputTokens: 0 },
    ],
    [
      'from before outcomes told the operation is counted by its route',
      { operation: undefined, route: 'POST /v1/embeddings' },
      { operation: 'embeddings' },
    ],
  ])('%s', (_name, facts, expected) => {
    const row = rowOf(outcome(midnight, facts).record);
    if (expected) expect(row).toMatchObject(expected);
    else expect(row).toBeUndefined();
  });
});
