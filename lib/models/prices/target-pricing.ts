import type { ModelTarget, ProviderConfiguration, TargetPrice } from '../../config/schema.ts';

/** Where the price of a call comes from. */
export type TargetPricing =
  /** Written in the configuration. */
  | { readonly kind: 'configured'; readonly price: TargetPrice }
  /** The published price, found by the catalogue's id of the provider or by the URL that is called. */
  | { readonly kind: 'catalogue'; readonly providerId: string }
  | { readonly kind: 'catalogue'; readonly providerUrl: string }
  /** Runs inside the function: costs nothing by itself. */
  | { readonly kind: 'included' };

/** @returns undefined where only the configuration could tell a price, and does not. */
export function pricingOf(target: ModelTarget, provider: ProviderConfiguration): TargetPricing | undefined {
  if (target.price) return { kind: 'configured', price: target.price };
  switch (provider.kind) {
    case 'openai':
      if (provider.priceCatalogue !== undefined) {
        return { kind: 'catalogue', providerId: provider.priceCatalogue };
      }
      return isPublic(provider.baseUrl) ? { kind: 'catalogue', providerUrl: provider.baseUrl } : undefined;
    case 'anthropic':
      return { kind: 'catalogue', providerId: 'anthropic' };
    case 'google':
      return { kind: 'catalogue', providerId: 'google' };
    case 'bedrock':
      return { kind: 'catalogue', providerId: 'aws' };
    case 'openclaw-extract':
      return { kind: 'included' };
    case 'sagemaker':
      // An endpoint is paid by the hour, whatever it serves; there is no list price for a token.
      return undefined;
  }
}

/** An address, or a name that only one's own network knows, is in no price list: there is no need to load one. */
function isPublic(url: string): boolean {
  const { hostname } = new URL(url);
  const isAddress = /^[\d.]+$|^\[/.test(hostname);
  return !isAddress && hostname.includes('.') && !/\.(?:localhost|local|internal)$/.test(hostname);
}
