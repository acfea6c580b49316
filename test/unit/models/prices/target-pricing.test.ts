import { describe, expect, it } from 'vitest';
import { configurationSchema } from '../../../../lib/config/schema.ts';
import { pricingOf } from '../../../../lib/models/prices/target-pricing.ts';

function pricing(provider: object, price?: object) {
  const configuration = configurationSchema.parse({
    providers: { p: provider },
    models: { chat: { targets: [{ provider: 'p', model: 'm', ...(price ? { price } : {}) }] } },
  });
  const target = configuration.models.chat?.targets[0];
  const settings = configuration.providers.p;
  if (!target || !settings) throw new Error('nothing configured');
  return pricingOf(target, settings);
}

const price = { inputPerMillionUsd: 1, outputPerMillionUsd: 2 };

describe('where a price comes from', () => {
  it.each([
    [
      'the default provider',
      { kind: 'openai' },
      { kind: 'catalogue', providerUrl: 'https://api.openai.com/v1' },
    ],
    [
      'a named catalogue',
      { kind: 'openai', baseUrl: 'http://10.0.0.7/v1', priceCatalogue: 'groq' },
      { kind: 'catalogue', providerId: 'groq' },
    ],
    ['Anthropic', { kind: 'anthropic' }, { kind: 'catalogue', providerId: 'anthropic' }],
    ['Google', { kind: 'google' }, { kind: 'catalogue', providerId: 'google' }],
    ['Bedrock', { kind: 'bedrock' }, { kind: 'catalogue', providerId: 'aws' }],
    ['the built-in model', { kind: 'openclaw-extract' }, { kind: 'included' }],
    ['an endpoint paid by the hour', { kind: 'sagemaker', endpoint: 'e' }, undefined],
  ])('%s', (_name, provider, expected) => {
    expect(pricing(provider)).toEqual(expected);
  });

  it.each([
    'http://localhost:11434/v1',
    'http://127.0.0.1:8000',
    'http://[::1]:8000',
    'http://vllm:8000',
    'http://gpu.internal/v1',
  ])('an own server has none unless configured: %s', (baseUrl) => {
    expect(pricing({ kind: 'openai', baseUrl })).toBeUndefined();
    expect(pricing({ kind: 'openai', baseUrl }, price)).toEqual({ kind: 'configured', price });
  });

  it('a configured price goes before a published one', () => {
    expect(pricing({ kind: 'openai' }, price)).toEqual({ kind: 'configured', price });
  });
});
