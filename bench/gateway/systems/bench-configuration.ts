import type { ConfigurationInput } from '../../../lib/config/schema.ts';
import { model } from './fake-answers.ts';
import { upstreamLatenciesMs } from './system.ts';

/** The name under which OpenClaw offers the fake upstream that answers after a time. */
export function alias(latencyMs: number): string {
  return `bench-model-${latencyMs}ms`;
}

/** The variable with the fake upstream's key, which goes through the providers' secret as a real one does. */
export const upstreamKeyName = 'UPSTREAM_BENCH_API_KEY';

/**
 * A deployment with everything on and nothing relaxed, except limits that the load does not reach. The model has the
 * published price of a real one.
 */
export function benchConfiguration(upstreamOrigin: string): ConfigurationInput {
  const providerName = (latencyMs: number) => `upstream-${latencyMs}ms`;
  return {
    providers: Object.fromEntries(
      upstreamLatenciesMs.map((latencyMs) => [
        providerName(latencyMs),
        {
          kind: 'openai' as const,
          baseUrl: `${upstreamOrigin}/after-${latencyMs}ms/v1`,
          apiKeys: [upstreamKeyName],
          priceCatalogue: 'openai',
        },
      ]),
    ),
    models: Object.fromEntries(
      upstreamLatenciesMs.map((latencyMs) => [
        alias(latencyMs),
        { targets: [{ provider: providerName(latencyMs), model }] },
      ]),
    ),
    limits: { requestsPerMinute: 100_000_000, tokensPerMinute: 100_000_000_000 },
  };
}
