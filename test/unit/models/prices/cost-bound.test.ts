import { describe, expect, it } from 'vitest';
import { type ConfigurationInput, configurationSchema } from '../../../../lib/config/schema.ts';
import { boundCost, priceCall } from '../../../../lib/models/index.ts';
import { withPublishedPrices } from '../../../../lib/models/prices/catalogue.ts';
import { pricingOf } from '../../../../lib/models/prices/target-pricing.ts';
import type { TokenUsage } from '../../../../lib/plugin/index.ts';

const configured = (inputPerMillionUsd: number, outputPerMillionUsd: number) => ({
  inputPerMillionUsd,
  outputPerMillionUsd,
});

function parse(input: ConfigurationInput) {
  return withPublishedPrices(configurationSchema.parse(input));
}

const configuration = parse({
  providers: {
    hosted: { kind: 'openai', apiKeys: ['UPSTREAM_OPENAI_API_KEY'] },
    claude: { kind: 'anthropic', apiKeys: ['UPSTREAM_ANTHROPIC_API_KEY'] },
    own: { kind: 'openai', baseUrl: 'http://10.0.0.1/v1' },
    builtin: { kind: 'openclaw-extract' },
  },
  models: {
    priced: { targets: [{ provider: 'own', model: 'm', price: configured(1, 10), maxOutputTokens: 1_000 }] },
    dearer: {
      targets: [
        { provider: 'own', model: 'm', price: configured(1, 10), maxOutputTokens: 1_000 },
        { provider: 'own', model: 'n', price: configured(2, 20), maxOutputTokens: 1_000 },
      ],
    },
    small: {
      targets: [{ provider: 'own', model: 'm', price: configured(1, 10), maxOutputTokens: 1_000 }],
      largerModel: 'large',
    },
    large: { targets: [{ provider: 'own', model: 'l', price: configured(5, 50), maxOutputTokens: 1_000 }] },
    hourly: {
      targets: [{ provider: 'own', model: 'h', price: { gpuHourUsd: 3.6 } }],
      timeouts: { totalMs: 60_000 },
    },
    unpriced: { targets: [{ provider: 'own', model: 'm' }] },
    free: { targets: [{ provider: 'builtin', model: 'openclaw-extract' }] },
    claude: { targets: [{ provider: 'claude', model: 'claude-sonnet-4-5', maxOutputTokens: 1_000 }] },
  },
});

const body = { messages: [{ role: 'user', content: 'hello' }] };
const request = (alias: string, more: object = {}, bodyBytes = 1_000) => ({
  alias,
  operation: 'chat' as const,
  body: { ...body, ...more },
  bodyBytes,
});

describe('the bound of a cost', () => {
  it('is the price of every byte of the body as a token, and of all the output that the target may give', async () => {
    const bound = await boundCost(request('priced'), configuration, 'quick');
    expect(bound).toBeGreaterThanOrEqual(1_000 + 10_000);
    expect(bound).toBeLessThan(1_300 + 10_000);
  });

  it("goes by the caller's own limit of output, for each choice", async () => {
    const limited = await boundCost(request('priced', { max_tokens: 10, n: 3 }), configuration, 'quick');
    const unlimited = await boundCost(request('priced'), configuration, 'quick');
    expect(Number(unlimited) - Number(limited)).toBe(10 * (1_000 - 30));
  });

  it('is closer where the tokens are counted', async () => {
    const counted = await boundCost(request('priced', { max_tokens: 1 }), configuration, 'counted');
    expect(counted).toBeLessThan(300);
  });

  it('is that of the dearest target that may answer, larger models included', async () => {
    const one = Number(await boundCost(request('priced'), configuration, 'quick'));
    expect(await boundCost(request('dearer'), configuration, 'quick')).toBe(2 * one);
    expect(await boundCost(request('small'), configuration, 'quick')).toBe(5 * one);
  });

  it('is that of the longest call for a price by the hour', async () => {
    expect(await boundCost(request('hourly'), configuration, 'quick')).toBe(60_000);
  });

  it('is unknown where one price is, and nothing for what is built in', async () => {
    expect(await boundCost(request('unpriced'), configuration, 'quick')).toBeNull();
    expect(await boundCost(request('free'), configuration, 'quick')).toBe(0);
  });

  it('is not below what the same prompt costs when all of it is written to a cache', async () => {
    const target = configuration.models.claude?.targets[0];
    const provider = configuration.providers.claude;
    if (!target || !provider) throw new Error('not configured');
    const pricing = pricingOf(target, provider);
    const usage: TokenUsage = {
      inputTokens: 100_000,
      cachedInputTokens: 0,
      cacheWriteTokens: 100_000,
      outputTokens: 1_000,
      reasoningTokens: 0,
      estimated: false,
    };
    const priced = { provider: 'claude', model: target.model, ...(pricing && { pricing }) };
    const { costMicroUsd } = priceCall(priced, usage, 0);
    const bound = await boundCost(request('claude', {}, 100_000), configuration, 'quick');
    expect(bound).toBeGreaterThanOrEqual(Number(costMicroUsd));
  });

  it('LiteLLM 40002: falls into the dearer tier with a prompt that long', async () => {
    const tiers = parse({
      providers: { claude: { kind: 'google', apiKeys: ['UPSTREAM_GOOGLE_API_KEY'] } },
      models: { pro: { targets: [{ provider: 'claude', model: 'gemini-2.5-pro', maxOutputTokens: 1 }] } },
    });
    const below = Number(await boundCost(request('pro', {}, 190_000), tiers, 'quick'));
    const above = Number(await boundCost(request('pro', {}, 210_000), tiers, 'quick'));
    expect(above / below).toBeGreaterThan(1.9);
  });

  it('counts inline media by what they weigh, not letter by letter', async () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(1_000_000)}` } };
    const withImage = { messages: [{ role: 'user', content: [image] }], max_tokens: 1 };
    const bound = await boundCost(request('priced', withImage, 1_000_100), configuration, 'quick');
    expect(bound).toBeGreaterThan(100_000);
    expect(bound).toBeLessThan(101_000);
  });
});
