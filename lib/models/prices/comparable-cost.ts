import type { TokenUsage } from '../../plugin/index.ts';
import { type PricedTarget, priceCall } from './price-call.ts';

/** Small enough to stay below every surcharge for long prompts. */
const yardstick: TokenUsage = {
  inputTokens: 1_000,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 1_000,
  reasoningTokens: 0,
  estimated: true,
};

/**
 * A number to compare targets by: what a million tokens in and a million out cost, in dollars and before surcharges.
 * Null where no price is known, and for a price per hour, which says nothing about the cost of one more token.
 */
export function comparableCost(target: PricedTarget): number | null {
  if (target.pricing?.kind === 'configured' && 'gpuHourUsd' in target.pricing.price) return null;
  const { costMicroUsd } = priceCall(target, yardstick, 0);
  return costMicroUsd === null ? null : costMicroUsd / 1_000;
}
