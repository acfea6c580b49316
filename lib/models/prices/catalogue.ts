import { calcPrice, findProvider, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices';
import type { Configuration, ModelTarget, ProviderConfiguration } from '../../config/schema.ts';
import type { PublishedPrice, PublishedRates, TokenRate } from './published-price.ts';

/** Version of the price table: that of the package it comes in. */
export const catalogueVersion = 'genai-prices 0.1.8';

/** A provider in the table: by its id there, or by the URL that is called. */
export type CatalogueProvider = { readonly providerId: string } | { readonly providerUrl: string };

/**
 * Gives each target that has no price of its own the one that its provider publishes. Done when a deployment is
 * synthesized: a function that is about to answer has no time to read some 800 kB of prices.
 */
export function withPublishedPrices(configuration: Configuration): Configuration {
  const priced = (target: ModelTarget) => {
    const provider = configuration.providers[target.provider];
    const from = provider && catalogueProvider(provider);
    const publishedPrice = target.price || !from ? undefined : findPublishedPrice(from, target.model);
    return publishedPrice ? { ...target, publishedPrice } : target;
  };
  return {
    ...configuration,
    models: Object.fromEntries(
      Object.entries(configuration.models).map(([alias, model]) => [
        alias,
        { ...model, targets: model.targets.map(priced) },
      ]),
    ),
  };
}

/** Whose prices apply to what a provider of the configuration serves; undefined where nobody publishes any. */
export function catalogueProvider(provider: ProviderConfiguration): CatalogueProvider | undefined {
  switch (provider.kind) {
    case 'openai':
      if (provider.priceCatalogue !== undefined) return { providerId: provider.priceCatalogue };
      return isPublic(provider.baseUrl) ? { providerUrl: provider.baseUrl } : undefined;
    case 'anthropic':
      return { providerId: 'anthropic' };
    case 'google':
      return { providerId: 'google' };
    case 'bedrock':
      return { providerId: 'aws' };
    case 'openclaw-extract':
      return undefined;
    case 'sagemaker':
      // An endpoint is paid by the hour, whatever it serves; there is no list price for a token.
      return undefined;
  }
}

/** What the table says of a model; undefined where it does not know it. */
export function findPublishedPrice(from: CatalogueProvider, model: string): PublishedPrice | undefined {
  // Without a provider, the table would guess one by the model's name.
  const providerId =
    'providerId' in from ? from.providerId : findProvider({ providerApiUrl: from.providerUrl })?.id;
  const found = providerId === undefined ? null : calcPrice({}, model, { providerId });
  if (!found) return undefined;
  const [first, ...others] = ratesOf(found.model);
  return first && { version: catalogueVersion, rates: [first, ...others] };
}

function ratesOf({ prices }: ModelInfo): PublishedRates[] {
  if (!Array.isArray(prices)) return [toRates(prices)];
  return prices.map(({ constraint, prices: conditional }) => {
    if (constraint?.type === 'start_date') return { since: constraint.start_date, ...toRates(conditional) };
    if (constraint?.type !== 'time_of_date') return toRates(conditional);
    const daily = {
      fromSecond: secondOfDay(constraint.start_time),
      untilSecond: secondOfDay(constraint.end_time),
    };
    return { daily, ...toRates(conditional) };
  });
}

function toRates(prices: ModelPrice): PublishedRates {
  const rates = {
    input: toRate(prices.input_mtok),
    cacheRead: toRate(prices.cache_read_mtok),
    cacheWrite: toRate(prices.cache_write_mtok),
    output: toRate(prices.output_mtok),
    thousandRequests: toRate(prices.requests_kcount),
  };
  return Object.fromEntries(Object.entries(rates).filter(([, rate]) => rate !== undefined));
}

function toRate(price: ModelPrice[string]): TokenRate | undefined {
  if (price === undefined || typeof price === 'number') return price;
  return { base: price.base, tiers: price.tiers.toSorted((one, other) => one.start - other.start) };
}

/** Of a time with its offset, such as `16:30:00Z` or `09:00:00+08:00`. */
function secondOfDay(time: string): number {
  const midnight = Date.UTC(1970, 0, 1);
  const seconds = (Date.parse(`1970-01-01T${time}`) - midnight) / 1_000;
  if (Number.isNaN(seconds)) throw new Error(`the price table has a time of day that is none: ${time}`);
  return (seconds + 86_400) % 86_400;
}

/** An address, or a name that only one's own network knows, is in no price list. */
function isPublic(url: string): boolean {
  const { hostname } = new URL(url);
  const isAddress = /^[\d.]+$|^\[/.test(hostname);
  return !isAddress && hostname.includes('.') && !/\.(?:localhost|local|internal)$/.test(hostname);
}
