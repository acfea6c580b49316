import { describe, expect, it } from 'vitest';
import type { Measure } from '../../../bench/gateway/measures/measure.ts';
import { runRounds } from '../../../bench/gateway/rounds.ts';
import type { System } from '../../../bench/gateway/systems/system.ts';
import { Failures } from '../../../bench/load/failures.ts';

function system(name: System['name']): System {
  return {
    name,
    address: () => ({ origin: '', path: '', headers: {}, model: '' }),
    usage: async () => undefined,
  };
}

const systems = [system('direct'), system('openclaw'), system('portkey')];

/** Gives each system its latencies, one per round. */
function replay(latenciesMs: Readonly<Record<string, readonly number[]>>, order: string[] = []): Measure {
  const round: Record<string, number> = {};
  return {
    name: 'latency',
    async run({ name }) {
      order.push(name);
      round[name] = (round[name] ?? -1) + 1;
      return {
        figures: { p50Ms: latenciesMs[name]?.[round[name]] ?? 0 },
        requests: 10,
        failures: [new Failures()],
      };
    },
  };
}

const quietly = () => undefined;

describe('rounds', () => {
  it('take differences within a round, so that a slow machine does not count as a slow system', async () => {
    const measure = replay({ direct: [1, 101, 1], openclaw: [3, 102, 4], portkey: [6, 111, 6] });
    const { findings } = await runRounds(systems, [measure], { rounds: 3, seconds: 1 }, quietly);
    expect(findings).toEqual([
      { measure: 'latency', system: 'direct', medians: { p50Ms: 1 }, added: { p50Ms: 0 } },
      { measure: 'latency', system: 'openclaw', medians: { p50Ms: 4 }, added: { p50Ms: 2 } },
      { measure: 'latency', system: 'portkey', medians: { p50Ms: 6 }, added: { p50Ms: 5 } },
    ]);
  });

  it('let the systems take turns in going first', async () => {
    const order: string[] = [];
    await runRounds(systems, [replay({}, order)], { rounds: 3, seconds: 1 }, quietly);
    expect(order.filter((_, i) => i % 3 === 0)).toEqual(['direct', 'openclaw', 'portkey']);
  });

  it('count the requests of each system and name what failed', async () => {
    const failing: Measure = {
      name: 'throughput',
      async run({ name }) {
        const failures = new Failures();
        if (name === 'portkey') failures.add(new Error('status 500'));
        return { figures: {}, requests: 7, failures: [failures] };
      },
    };
    const result = await runRounds(systems, [failing], { rounds: 2, seconds: 1 }, quietly);
    expect(result.requests).toEqual({ direct: 14, openclaw: 14, portkey: 14 });
    expect(result.failures).toEqual([
      { system: 'portkey', measure: 'throughput', reason: '1 failed: status 500' },
      { system: 'portkey', measure: 'throughput', reason: '1 failed: status 500' },
    ]);
  });
});
