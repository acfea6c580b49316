import type { TokenUsage } from '../../plugin/index.ts';
import type { TargetPricing } from './target-pricing.ts';

type Catalogue = typeof import('@pydantic/genai-prices');
type CataloguePricing = Extract<TargetPricing, { kind: 'catalogue' }>;

/** Version of the price table: that of the package it comes in. */
export const catalogueVersion = 'genai-prices 0.1.8';

/** The catalogue's id for each URL of the configuration; undefined where the catalogue has none. */
const providerIds = new Map<string, string | undefined>();
let loading: Promise<Catalogue> | undefined;

/** Loads the price table, some 800 kB, unless it is loaded. Worth starting while a model is being waited for. */
export function loadCatalogue(): Promise<Catalogue> {
  loading ??= import('@pydantic/genai-prices');
  return loading;
}

/**
 * The published price of a call, in US dollars.
 *
 * @returns null where the table does not know the model, or not all of the price that the usage asks for.
 * @throws Error where the usage contradicts itself.
 */
export async function cataloguePriceUsd(
  pricing: CataloguePricing,
  model: string,
  usage: TokenUsage,
  at: Date,
): Promise<number | null> {
  const catalogue = await loadCatalogue();
  const providerId =
    'providerId' in pricing ? pricing.providerId : findProviderId(catalogue, pricing.providerUrl);
  // Without a provider, the table would guess one by the model's name.
  if (providerId === undefined) return null;
  const found = catalogue.calcPrice(
    {
      // As here, the table's input tokens contain the cached ones, and its output tokens the reasoning.
      input_tokens: usage.inputTokens,
      cache_read_tokens: usage.cachedInputTokens,
      cache_write_tokens: usage.cacheWriteTokens,
      output_tokens: usage.outputTokens,
    },
    model,
    { providerId, timestamp: at },
  );
  if (!found) return null;
  // What has no price in the table is summed up as 0.
  if (usage.inputTokens > 0 && found.model_price.input_mtok === undefined) return null;
  if (usage.outputTokens > 0 && found.model_price.output_mtok === undefined) return null;
  return found.total_price;
}

/** Finding a provider by its URL tries some forty patterns, more work than the price itself. */
function findProviderId(catalogue: Catalogue, url: string): string | undefined {
  if (!providerIds.has(url)) providerIds.set(url, catalogue.findProvider({ providerApiUrl: url })?.id);
  return providerIds.get(url);
}
