import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPublishedPrice } from '../../../../lib/models/prices/catalogue.ts';
import { type PublishedPrice, publishedPriceUsd } from '../../../../lib/models/prices/published-price.ts';

const catalogue = (await waitForUpdate()) ?? [];
const models = catalogue.flatMap(({ id, models: own }) =>
  own.map((model) => ({ providerId: id, model: model.id })),
);

const usage = fc
  .tuple(fc.nat(1_000_000), fc.nat(100), fc.nat(100), fc.nat(100_000))
  .map(([inputTokens, read, write, outputTokens]) => ({
    inputTokens,
    cachedInputTokens: Math.floor((inputTokens * read) / 200),
    cacheWriteTokens: Math.floor((inputTokens * write) / 200),
    outputTokens,
    reasoningTokens: 0,
    estimated: false,
  }));
const time = fc.date({
  min: new Date('2023-01-01T00:00:00Z'),
  max: new Date('2028-01-01T00:00:00Z'),
  noInvalidDate: true,
});

describe('a published price', () => {
  it('is that of the price table, for every model in it, at any time and for any usage', () => {
    expect(models.length).toBeGreaterThan(1_000);
    let priced = 0;
    for (const { providerId, model } of models) {
      const price = findPublishedPrice({ providerId }, model);
      if (!price) continue;
      fc.assert(
        fc.property(usage, time, (used, at) => {
          const expected = calcPrice(
            {
              input_tokens: used.inputTokens,
              cache_read_tokens: used.cachedInputTokens,
              cache_write_tokens: used.cacheWriteTokens,
              output_tokens: used.outputTokens,
            },
            model,
            { providerId, timestamp: at },
          );
          const usd = publishedPriceUsd(price, used, at);
          const missing =
            (used.inputTokens > 0 && expected?.model_price.input_mtok === undefined) ||
            (used.outputTokens > 0 && expected?.model_price.output_mtok === undefined);
          if (missing) expect(usd).toBeNull();
          else expect(usd).toBeCloseTo(expected?.total_price ?? Number.NaN, 9);
          priced += 1;
        }),
        { numRuns: 8 },
      );
    }
    expect(priced).toBeGreaterThan(8_000);
  });

  const tokens = {
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    estimated: false,
  };
  const at = (hour: string) => new Date(`2026-11-23T${hour}Z`);
  const byDay = (fromSecond: number, untilSecond: number): PublishedPrice => ({
    version: 'test',
    rates: [{ input: 4 }, { daily: { fromSecond, untilSecond }, input: 1 }],
  });

  it.each([
    ['within the night', '16:30:00', 1],
    ['just before it ends', '00:29:59.999', 1],
    ['as it ends', '00:30:00', 4],
    ['by day', '12:00:00', 4],
  ])('may hold over midnight: %s', (_when, hour, expected) => {
    const night = byDay(16.5 * 3_600, 1_800);
    expect(publishedPriceUsd(night, { ...tokens, inputTokens: 1_000_000 }, at(hour))).toBe(expected);
  });

  it('holds from its date on, and the dearer tier from its start on for all tokens', () => {
    const price: PublishedPrice = {
      version: 'test',
      rates: [
        { input: 2 },
        { since: '2026-11-24', input: { base: 4, tiers: [{ start: 200_000, price: 8 }] } },
      ],
    };
    const cost = (inputTokens: number, day: string) =>
      publishedPriceUsd(price, { ...tokens, inputTokens }, new Date(`${day}T00:00:00Z`));
    expect(cost(1_000_000, '2026-11-23')).toBe(2);
    expect(cost(200_000, '2026-11-24')).toBe(0.8);
    expect(cost(200_001, '2026-11-24')).toBeCloseTo(1.600008, 9);
  });
});
