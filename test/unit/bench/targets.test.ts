import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../bench/gateway/rounds.ts';
import { checkTargets } from '../../../bench/gateway/targets.ts';

const met = { coldStartBeyondNodeMs: 150, bundleAtStartBytes: 1_500_000, requestsWithoutRecords: 0 };

function findings(ours: { rate: number; p50: number; p99: number; firstToken: number }): Finding[] {
  const of = (system: Finding['system'], { rate, p50, p99, firstToken }: typeof ours): Finding[] => [
    { measure: 'throughput', system, medians: { requestsPerSecond: rate }, added: {} },
    ...['latency0ms', 'latency60ms'].map((measure) => ({
      measure,
      system,
      medians: {},
      added: { p50Ms: p50, p99Ms: p99 },
    })),
    { measure: 'streaming', system, medians: {}, added: { firstTokenP50Ms: firstToken } },
  ];
  return [...of('openclaw', ours), ...of('portkey', { rate: 1_000, p50: 2, p99: 8, firstToken: 20 })];
}

const fast = { rate: 2_000, p50: 1, p99: 4, firstToken: 3 };

describe('the targets', () => {
  it('are met at their limits', () => {
    expect(checkTargets(findings(fast), met).filter((target) => !target.met)).toEqual([]);
  });

  it.each([
    ['requests per second', { ...fast, rate: 1_999 }, met],
    ['added latency, p50, upstream 0ms', { ...fast, p50: 1.01 }, met],
    ['added latency, p99, upstream 60ms', { ...fast, p99: 4.01 }, met],
    ['added time to first token, p50', { ...fast, firstToken: 3.01 }, met],
    ['cold start beyond Node’s own', fast, { ...met, coldStartBeyondNodeMs: 150.1 }],
    ['bundle loaded at start', fast, { ...met, bundleAtStartBytes: 1_500_001 }],
    ['requests without durable records', fast, { ...met, requestsWithoutRecords: 1 }],
  ])('miss “%s” just beyond', (name, ours, other) => {
    const missed = checkTargets(findings(ours), other).filter((target) => !target.met);
    expect(missed.map((target) => target.name)).toContain(name);
  });

  it('are not met by what was not measured', () => {
    expect(checkTargets([], met).find(({ name }) => name === 'requests per second')?.met).toBe(false);
  });
});
