import type { TargetPrice } from '../../config/schema.ts';
import type { TokenUsage } from '../../plugin/index.ts';

const MS_PER_HOUR = 3_600_000;

/**
 * What a call costs by a price from the configuration, in micro-dollars, not rounded. Tokens written to a cache cost
 * what input costs; a machine's hour is shared by the calls that it serves at once.
 *
 * @param durationMs how long the call kept the machine busy.
 */
export function configuredPriceMicroUsd(price: TargetPrice, usage: TokenUsage, durationMs: number): number {
  if ('gpuHourUsd' in price) {
    return ((durationMs / MS_PER_HOUR) * price.gpuHourUsd * 1_000_000) / price.concurrency;
  }
  const cachedPrice = price.cachedInputPerMillionUsd ?? price.inputPerMillionUsd;
  // Dollars per million tokens are micro-dollars per token.
  return (
    (usage.inputTokens - usage.cachedInputTokens) * price.inputPerMillionUsd +
    usage.cachedInputTokens * cachedPrice +
    usage.outputTokens * price.outputPerMillionUsd
  );
}
