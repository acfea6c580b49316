import { runOpenLoop } from '../../load/open-loop.ts';
import { quantile } from '../../load/quantile.ts';
import type { Measure } from './measure.ts';
import { warmClient } from './warm-client.ts';

/** Enough that no request of the fixed rate waits for a connection. */
const connections = 32;

/** Latency from the intended time of sending, at a fixed rate below the capacity of every system. */
export function latency(upstreamLatencyMs: number, requestsPerSecond: number): Measure {
  return {
    name: `latency${upstreamLatencyMs}ms`,
    async run(system, seconds) {
      const { client, requests } = await warmClient(system.address(upstreamLatencyMs), {
        stream: false,
        connections,
      });
      const { latenciesMs, latenessMs, failures } = await runOpenLoop(client, {
        perSecond: requestsPerSecond,
        seconds,
      });
      await client.close();
      return {
        figures: {
          p50Ms: quantile(latenciesMs, 0.5),
          p99Ms: quantile(latenciesMs, 0.99),
          generatorLatenessP99Ms: quantile(latenessMs, 0.99),
        },
        requests: requests + latenciesMs.length + failures.count,
        failures: [failures],
      };
    },
  };
}
