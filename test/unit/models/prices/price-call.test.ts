import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type CatalogueProvider,
  catalogueVersion,
  findPublishedPrice,
} from '../../../../lib/models/prices/catalogue.ts';
import { comparableCost } from '../../../../lib/models/prices/comparable-cost.ts';
import { priceCall } from '../../../../lib/models/prices/price-call.ts';
import type { TargetPricing } from '../../../../lib/models/prices/target-pricing.ts';
import type { TokenUsage } from '../../../../lib/plugin/index.ts';

const warnings: string[] = [];
beforeEach(() => {
  warnings.length = 0;
  vi.spyOn(console, 'warn').mockImplementation((line: string) => {
    warnings.push(line);
  });
});
afterEach(() => vi.restoreAllMocks());

const at = new Date('2026-06-01T12:00:00Z');
const tokens = (usage: Partial<TokenUsage>): TokenUsage => ({
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  estimated: false,
  ...usage,
});
const target = (model: string, pricing?: TargetPricing) => ({
  provider: 'p',
  model,
  ...(pricing ? { pricing } : {}),
});
const published = (from: CatalogueProvider, model: string) => {
  const price = findPublishedPrice(from, model);
  return target(model, price && { kind: 'published', price });
};
const catalogue = (providerId: string, model: string) => published({ providerId }, model);

describe('a price from the catalogue', () => {
  it.each([
    ['plain', 'gpt-4o', 'openai', { inputTokens: 1_000, outputTokens: 100 }, 3_500],
    [
      'with cached input, which is part of the input',
      'gpt-4o',
      'openai',
      { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 100 },
      3_000,
    ],
    [
      'with reasoning, which is part of the output',
      'gpt-4o',
      'openai',
      { inputTokens: 1_000, outputTokens: 100, reasoningTokens: 60 },
      3_500,
    ],
    [
      'with tokens written to the cache, which are part of the input',
      'claude-sonnet-4-20250514',
      'anthropic',
      { inputTokens: 1_000, cachedInputTokens: 400, cacheWriteTokens: 500, outputTokens: 100 },
      // 100 at 3, 400 at 0.30, 500 at 3.75, 100 at 15
      3_795,
    ],
    [
      'through Bedrock',
      'eu.anthropic.claude-sonnet-4-20250514-v1:0',
      'aws',
      { inputTokens: 1_000, outputTokens: 100 },
      4_500,
    ],
    ['of embeddings', 'text-embedding-3-small', 'openai', { inputTokens: 1_000 }, 20],
    ['rounded half up at the end', 'text-embedding-3-small', 'openai', { inputTokens: 25 }, 1],
    ['rounded down below a half', 'text-embedding-3-small', 'openai', { inputTokens: 24 }, 0],
  ])('%s', (_name, model, provider, usage, costMicroUsd) => {
    expect(priceCall(catalogue(provider, model), tokens(usage), 0, at)).toEqual({
      costMicroUsd,
      source: 'catalogue',
      version: catalogueVersion,
    });
  });

  it('is found by the URL of the provider, and only there', async () => {
    const usage = tokens({ inputTokens: 1_000 });
    const priceAt = async (providerUrl: string) =>
      priceCall(published({ providerUrl }, 'gpt-4o'), usage, 0, at).costMicroUsd;
    expect(await priceAt('https://api.openai.com/v1')).toBe(2_500);
    expect(await priceAt('http://localhost:11434/v1')).toBeNull();
  });

  it('names the installed version of the table', () => {
    const url = new URL('../../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url);
    expect(catalogueVersion).toBe(`genai-prices ${JSON.parse(readFileSync(url, 'utf8')).version}`);
  });
});

describe('a configured price', () => {
  const price = { inputPerMillionUsd: 2, outputPerMillionUsd: 8 };
  it.each([
    ['per token', price, { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 100 }, 0, 2_800],
    [
      'with one for cached tokens',
      { ...price, cachedInputPerMillionUsd: 0.5 },
      { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 100 },
      0,
      2_200,
    ],
    [
      'whose parts are not rounded on their own',
      { inputPerMillionUsd: 0.25, outputPerMillionUsd: 0.25 },
      { inputTokens: 1, outputTokens: 1 },
      0,
      1,
    ],
    [
      'that meets a half only in decimal',
      { inputPerMillionUsd: 0.145, outputPerMillionUsd: 0 },
      { inputTokens: 100 },
      0,
      15,
    ],
    ['of nothing', { inputPerMillionUsd: 0, outputPerMillionUsd: 0 }, { inputTokens: 100 }, 0, 0],
    ['per hour of a machine', { gpuHourUsd: 3.6, concurrency: 1 }, { inputTokens: 100 }, 2_000, 2_000],
    ['per hour, shared', { gpuHourUsd: 3.6, concurrency: 8 }, { inputTokens: 100 }, 2_000, 250],
  ])('%s', async (_name, configured, usage, durationMs, costMicroUsd) => {
    const priced = priceCall(
      target('m', { kind: 'configured', price: configured }),
      tokens(usage),
      durationMs,
      at,
    );
    expect(priced).toEqual({ costMicroUsd, source: 'configured', version: undefined });
  });

  it('per hour needs no usage, per token it does', async () => {
    const cost = async (configured: typeof price | { gpuHourUsd: number; concurrency: number }) =>
      priceCall(target('m', { kind: 'configured', price: configured }), null, 1_000, at).costMicroUsd;
    expect(await cost({ gpuHourUsd: 3.6, concurrency: 1 })).toBe(1_000);
    expect(await cost(price)).toBeNull();
  });
});

describe('an unknown price', () => {
  it.each([
    ['a model that is not in the catalogue', catalogue('openai', 'no-such-model')],
    ['a provider that is not in the catalogue', catalogue('no-such-provider', 'gpt-4o')],
    ['a model that the catalogue names without a price', catalogue('azure', 'phi-4-reasoning:free')],
    ['a target without any', target('self-hosted')],
  ])('is null and never 0: %s', async (_name, unpriced) => {
    const priced = priceCall(unpriced, tokens({ inputTokens: 10, outputTokens: 10 }), 0, at);
    expect(priced).toEqual({ costMicroUsd: null, source: 'unknown', version: undefined });
  });

  it.each([{ inputTokens: 10 }, { outputTokens: 10 }])(
    'is null where the price of a part is missing: %j',
    async (usage) => {
      const unpriced = catalogue('azure', 'phi-4-reasoning:free');
      expect(priceCall(unpriced, tokens(usage), 0, at).costMicroUsd).toBeNull();
    },
  );

  it('is warned about once for each model', async () => {
    for (const model of ['new-one', 'new-one', 'new-two'])
      priceCall(target(model), tokens({ inputTokens: 1 }), 0, at);
    expect(warnings.map((line) => JSON.parse(line).model)).toEqual(['new-one', 'new-two']);
  });

  it('does not fail the call where the usage contradicts itself', async () => {
    const usage = tokens({ inputTokens: 10, cachedInputTokens: 20 });
    expect(priceCall(catalogue('openai', 'gpt-4o'), usage, 0, at).costMicroUsd).toBeNull();
    expect(warnings).not.toHaveLength(0);
  });
});

describe('the built-in model', () => {
  it('costs nothing', async () => {
    const priced = priceCall(
      target('openclaw-extract', { kind: 'included' }),
      tokens({ inputTokens: 9 }),
      5_000,
      at,
    );
    expect(priced.costMicroUsd).toBe(0);
  });
});

describe('what targets are compared by', () => {
  it.each([
    ['a published price', catalogue('openai', 'gpt-4o').pricing, 12.5],
    [
      'a price per token',
      { kind: 'configured', price: { inputPerMillionUsd: 1, outputPerMillionUsd: 2 } },
      3,
    ],
    [
      'a price per hour, which tells nothing about a token',
      { kind: 'configured', price: { gpuHourUsd: 1, concurrency: 1 } },
      null,
    ],
    ['no price', undefined, null],
    ['the built-in model', { kind: 'included' }, 0],
  ] satisfies [string, TargetPricing | undefined, number | null][])(
    '%s',
    async (_name, pricing, expected) => {
      expect(comparableCost(target('gpt-4o', pricing))).toBe(expected);
    },
  );
});
