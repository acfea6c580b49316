import { runClosedLoop } from '../../load/closed-loop.ts';
import type { SystemUsage } from '../systems/system.ts';
import type { Measure } from './measure.ts';
import { warmClient } from './warm-client.ts';

/** Requests per second at 32 connections, each sending as fast as it is answered, and the CPU time that one takes. */
export const throughput: Measure = closedLoop('throughput', 32);

/** The same with one request at a time, as an instance of a function in Lambda gets them. */
export const oneByOne: Measure = closedLoop('oneByOne', 1);

function closedLoop(name: string, connections: number): Measure {
  return {
    name,
    async run(system, seconds) {
      const { client, requests } = await warmClient(system.address(0), { stream: false, connections });
      const before = await system.usage();
      const { answered, failures, elapsedMs } = await runClosedLoop(client, {
        callers: connections,
        seconds,
      });
      const after = await system.usage();
      await client.close();
      return {
        figures: {
          requestsPerSecond: (answered * 1_000) / elapsedMs,
          ...(before && after && cpuPerRequest(before, after, answered)),
        },
        requests: requests + answered + failures.count,
        failures: [failures],
      };
    },
  };
}

function cpuPerRequest(before: SystemUsage, after: SystemUsage, requests: number): Record<string, number> {
  return {
    processCpuMsPerRequest: (after.processCpuMs - before.processCpuMs) / requests,
    ...(before.functionCpuMs !== undefined &&
      after.functionCpuMs !== undefined && {
        functionCpuMsPerRequest: (after.functionCpuMs - before.functionCpuMs) / requests,
      }),
  };
}
