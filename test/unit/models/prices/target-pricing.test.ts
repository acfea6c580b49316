import { describe, expect, it } from 'vitest';
import { configurationSchema } from '../../../../lib/config/schema.ts';
import { catalogueProvider, withPublishedPrices } from '../../../../lib/models/prices/catalogue.ts';
import { type PriceableTarget, pricingOf } from '../../../../lib/models/prices/target-pricing.ts';

function configure(provider: object, model = 'm', price?: object) {
  const configuration = withPublishedPrices(
    configurationSchema.parse({
      providers: { p: provider },
      models: { chat: { targets: [{ provider: 'p', model, ...(price ? { price } : {}) }] } },
    }),
  );
  const target: PriceableTarget | undefined = configuration.models.chat?.targets[0];
  const settings = configuration.providers.p;
  if (!target || !settings) throw new Error('nothing configured');
  return { target, settings };
}

function pricing(...asked: Parameters<typeof configure>) {
  const { target, settings } = configure(...asked);
  return pricingOf(target, settings);
}

const price = { inputPerMillionUsd: 1, outputPerMillionUsd: 2 };

describe('where a price comes from', () => {
  it.each([
    ['the default provider', { kind: 'openai' }, { providerUrl: 'https://api.openai.com/v1' }],
    [
      'a named catalogue',
      { kind: 'openai', baseUrl: 'http://10.0.0.7/v1', priceCatalogue: 'groq' },
      { providerId: 'groq' },
    ],
    ['Anthropic', { kind: 'anthropic' }, { providerId: 'anthropic' }],
    ['Google', { kind: 'google' }, { providerId: 'google' }],
    ['Bedrock', { kind: 'bedrock' }, { providerId: 'aws' }],
    ['the built-in model', { kind: 'openclaw-extract' }, undefined],
    ['an endpoint paid by the hour', { kind: 'sagemaker', endpoint: 'e' }, undefined],
  ])('%s', (_name, provider, expected) => {
    expect(catalogueProvider(configure(provider).settings)).toEqual(expected);
  });

  it('a published price goes with the deployed configuration, as JSON', () => {
    const { target, settings } = JSON.parse(JSON.stringify(configure({ kind: 'openai' }, 'gpt-4o')));
    expect(pricingOf(target, settings)).toMatchObject({
      kind: 'published',
      price: { rates: [{ input: 2.5, cacheRead: 1.25, output: 10 }] },
    });
  });

  it('a model that the catalogue does not know has none', () => {
    expect(pricing({ kind: 'openai' }, 'no-such-model')).toBeUndefined();
  });

  it('the built-in model is included', () => {
    expect(pricing({ kind: 'openclaw-extract' })).toEqual({ kind: 'included' });
  });

  it.each([
    'http://localhost:11434/v1',
    'http://127.0.0.1:8000',
    'http://[::1]:8000',
    'http://vllm:8000',
    'http://gpu.internal/v1',
  ])('an own server has none unless configured: %s', (baseUrl) => {
    expect(pricing({ kind: 'openai', baseUrl }, 'gpt-4o')).toBeUndefined();
    expect(pricing({ kind: 'openai', baseUrl }, 'gpt-4o', price)).toEqual({ kind: 'configured', price });
  });

  it('a configured price goes before a published one', () => {
    expect(pricing({ kind: 'openai' }, 'gpt-4o', price)).toEqual({ kind: 'configured', price });
  });
});
