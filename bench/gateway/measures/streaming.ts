import { runOpenLoopStreams } from '../../load/open-loop-streams.ts';
import { quantile } from '../../load/quantile.ts';
import { chunksPerStream } from '../systems/fake-answers.ts';
import type { Measure } from './measure.ts';
import { warmClient } from './warm-client.ts';

const connections = 16;

/** First token and evenness of streams of 50 chunks that are opened at a fixed rate. */
export function streaming(streamsPerSecond: number): Measure {
  return {
    name: 'streaming',
    async run(system, seconds) {
      const { client, requests } = await warmClient(system.address(0), { stream: true, connections });
      const result = await runOpenLoopStreams(client, {
        perSecond: streamsPerSecond,
        seconds,
        chunks: chunksPerStream,
      });
      await client.close();
      return {
        figures: {
          firstTokenP50Ms: quantile(result.firstTokensMs, 0.5),
          firstTokenP99Ms: quantile(result.firstTokensMs, 0.99),
          chunkTransitP50Ms: quantile(result.transitsMs, 0.5),
          chunkTransitP99Ms: quantile(result.transitsMs, 0.99),
          jitterP99Ms: quantile(result.jittersMs, 0.99),
        },
        requests: requests + result.firstTokensMs.length + result.failures.count,
        failures: [result.failures],
      };
    },
  };
}
