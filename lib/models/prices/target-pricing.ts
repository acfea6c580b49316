import type { ModelTarget, ProviderConfiguration, TargetPrice } from '../../config/schema.ts';
import type { PublishedPrice } from './published-price.ts';

/** Where the price of a call comes from. */
export type TargetPricing =
  /** Written in the configuration. */
  | { readonly kind: 'configured'; readonly price: TargetPrice }
  /** Published by the provider. */
  | { readonly kind: 'published'; readonly price: PublishedPrice }
  /** Runs inside the function: costs nothing by itself. */
  | { readonly kind: 'included' };

/** A target of a deployed configuration, which has the published price with it. */
export type PriceableTarget = ModelTarget & { readonly publishedPrice?: PublishedPrice };

/** @returns undefined where nothing tells a price */
export function pricingOf(
  { price, publishedPrice }: PriceableTarget,
  provider: ProviderConfiguration,
): TargetPricing | undefined {
  if (price) return { kind: 'configured', price };
  if (publishedPrice) return { kind: 'published', price: publishedPrice };
  return provider.kind === 'openclaw-extract' ? { kind: 'included' } : undefined;
}
