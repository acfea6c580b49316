import { describe, expect, it } from 'vitest';
import { longestChain } from '../../../bench/admission/database-calls.ts';
import type { Fairness } from '../../../bench/admission/fairness.ts';
import { parseOptions } from '../../../bench/admission/options.ts';
import { checkTargets } from '../../../bench/admission/targets.ts';

const call = (startedAtMs: number, endedAtMs: number) => ({
  operation: 'UpdateItem',
  startedAtMs,
  endedAtMs,
});

describe('the longest chain of calls', () => {
  it.each([
    ['none', [], 0],
    ['all at once', [call(0, 5), call(1, 4), call(2, 6)], 1],
    ['one after the other', [call(0, 1), call(1, 2), call(3, 4)], 3],
    ['a retry beside a slow one', [call(0, 9), call(0, 1), call(2, 3)], 2],
  ])('of %s', (_, calls, expected) => {
    expect(longestChain(calls)).toBe(expected);
  });
});

describe('the targets of admission', () => {
  const medians = (trips: number, calls: number) => ({
    limits: { lone: { blockingTrips: trips }, throughput: { admissionCallsPerRequest: calls } },
  });
  const fairness = (p99Ms: number): Fairness[] => [
    {
      before: { figures: { p99Ms: 100 }, failures: [] },
      during: { figures: { p99Ms }, failures: [] },
      flood: { sent: 1, refused: 1 },
    },
  ];

  it('are met at their limits', () => {
    const targets = checkTargets(medians(1, 0.1), 1.5, fairness(109.9));
    expect(targets.map(({ met }) => met)).toEqual([true, true, true, true]);
  });

  it.each([
    [0, 1, 0.1, 1.51, 100],
    [1, 2, 0.1, 1.5, 100],
    [2, 1, 0.11, 1.5, 100],
    [3, 1, 0.1, 1.5, 110],
    [0, 1, 0.1, Number.NaN, 100],
  ])(
    'number %i is missed with %f trips, %f calls, %f ms, a p99 of %f',
    (missed, trips, calls, addedMs, p99Ms) => {
      const targets = checkTargets(medians(trips, calls), addedMs, fairness(p99Ms));
      expect(targets.map(({ met }) => met).indexOf(false)).toBe(missed);
    },
  );
});

describe('the options of admission', () => {
  it('have defaults, short ones with --quick', () => {
    expect(parseOptions([])).toEqual({ seconds: 5, rounds: 5, rate: 200, lone: 20 });
    expect(parseOptions(['--quick', '--rate', '50'])).toMatchObject({ rounds: 1, rate: 50 });
  });

  it.each([['--rate=0'], ['--seconds=-1'], ['--rounds=many'], ['--speed=3']])('%s is refused', (option) => {
    expect(() => parseOptions([option])).toThrow();
  });
});
