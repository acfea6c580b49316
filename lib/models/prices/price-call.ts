import type { TokenUsage } from '../../plugin/index.ts';
import { log } from '../../telemetry/index.ts';
import { configuredPriceMicroUsd } from './configured-price.ts';
import { type PublishedPrice, publishedPriceUsd } from './published-price.ts';
import type { TargetPricing } from './target-pricing.ts';

/** What a call costs. */
export interface CallPrice {
  /** Integer micro-dollars; null where the price is not known, which is not the same as free. */
  readonly costMicroUsd: number | null;
  readonly source: 'configured' | 'catalogue' | 'unknown';
  /** The price table and its version, for a published price. */
  readonly version: string | undefined;
}

/** What is called, as far as its price goes. */
export interface PricedTarget {
  readonly provider: string;
  readonly model: string;
  readonly pricing?: TargetPricing;
}

const unknown: CallPrice = { costMicroUsd: null, source: 'unknown', version: undefined };
const warned = new Set<string>();

/**
 * Prices a call. Parts are summed up exactly as they are and rounded once, half up. A model without a price is warned
 * about once per process.
 *
 * @param usage null where the tokens are not known; then only an hourly price can tell a cost.
 * @param durationMs how long the call took, for a price per hour.
 * @param at when the call was made: prices change. Default: now.
 */
export function priceCall(
  target: PricedTarget,
  usage: TokenUsage | null,
  durationMs: number,
  at: Date = new Date(),
): CallPrice {
  const { pricing } = target;
  if (pricing?.kind === 'included') return { costMicroUsd: 0, source: 'configured', version: undefined };
  if (pricing?.kind === 'configured') {
    if (!usage && !('gpuHourUsd' in pricing.price)) return unknown;
    const exact = configuredPriceMicroUsd(pricing.price, usage ?? noTokens, durationMs);
    return { costMicroUsd: roundHalfUp(exact), source: 'configured', version: undefined };
  }
  if (pricing?.kind === 'published' && usage) {
    const usd = tryPublishedPriceUsd(pricing.price, target, usage, at);
    if (usd !== null) {
      const { version } = pricing.price;
      return { costMicroUsd: roundHalfUp(usd * 1_000_000), source: 'catalogue', version };
    }
  }
  if (usage) warnOnce(target);
  return unknown;
}

const noTokens: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  estimated: true,
};

/** A price that cannot be worked out must not fail a call that was answered. */
function tryPublishedPriceUsd(
  price: PublishedPrice,
  { provider, model }: PricedTarget,
  usage: TokenUsage,
  at: Date,
): number | null {
  try {
    return publishedPriceUsd(price, usage, at);
  } catch (error) {
    log.warn('price not worked out', { provider, model, usage, reason: String(error) });
    return null;
  }
}

function warnOnce({ provider, model }: PricedTarget): void {
  const name = `${provider}/${model}`;
  if (warned.has(name)) return;
  warned.add(name);
  log.warn('price unknown', { provider, model, hint: 'set `price` on the target in the configuration' });
}

/** Binary fractions may fall short of a half by a hair (100 × 0.145), so what is below a millionth is rounded first. */
function roundHalfUp(microUsd: number): number {
  return Math.floor(Number(microUsd.toFixed(6)) + 0.5);
}
