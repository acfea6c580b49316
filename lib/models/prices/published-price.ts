import type { TokenUsage } from '../../plugin/index.ts';

/** Dollars per million tokens. From a tier's start on, counted in tokens of the whole input, all tokens cost its price. */
export type TokenRate =
  | number
  | { readonly base: number; readonly tiers: readonly { readonly start: number; readonly price: number }[] };

/** What a model's tokens cost while these rates hold. */
export interface PublishedRates {
  /** The first moment at which they hold, as a date in UTC. @default - any */
  readonly since?: string;
  /** The part of the day in which they hold, in seconds of UTC; it may go past midnight. @default - all of it */
  readonly daily?: { readonly fromSecond: number; readonly untilSecond: number };
  readonly input?: TokenRate;
  /** @default - as other input */
  readonly cacheRead?: TokenRate;
  /** @default - as other input */
  readonly cacheWrite?: TokenRate;
  readonly output?: TokenRate;
  /** Dollars per thousand requests. */
  readonly thousandRequests?: TokenRate;
}

/** What a provider publishes as a model's price. */
export interface PublishedPrice {
  /** The table that it is from, and its version. */
  readonly version: string;
  /** The last one that holds counts; where none does, the first. */
  readonly rates: readonly [PublishedRates, ...PublishedRates[]];
}

/**
 * The published price of a call, in US dollars. Tokens read from a cache and written to one are part of the input's.
 *
 * @param at - when the call was made
 * @returns null where not all of the price that the usage asks for is known
 * @throws Error where the usage contradicts itself
 */
export function publishedPriceUsd({ rates }: PublishedPrice, usage: TokenUsage, at: Date): number | null {
  const {
    input,
    cacheRead,
    cacheWrite,
    output,
    thousandRequests = 0,
  } = rates.findLast((some) => holds(some, at)) ?? rates[0];
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = usage;
  const plainTokens =
    inputTokens -
    (cacheRead === undefined ? 0 : cachedInputTokens) -
    (cacheWrite === undefined ? 0 : cacheWriteTokens);
  if (plainTokens < 0 || cachedInputTokens + cacheWriteTokens > inputTokens) {
    throw new Error('more input tokens were read from or written to a cache than there were');
  }
  if ((inputTokens > 0 && input === undefined) || (outputTokens > 0 && output === undefined)) return null;
  const perUnit = (rate: TokenRate | undefined) => rateFor(rate, inputTokens);
  const perMillion =
    plainTokens * perUnit(input) +
    cachedInputTokens * perUnit(cacheRead) +
    cacheWriteTokens * perUnit(cacheWrite) +
    outputTokens * perUnit(output);
  return perMillion / 1_000_000 + perUnit(thousandRequests) / 1_000;
}

function rateFor(rate: TokenRate | undefined, inputTokens: number): number {
  if (rate === undefined) return 0;
  if (typeof rate === 'number') return rate;
  return rate.tiers.findLast(({ start }) => inputTokens > start)?.price ?? rate.base;
}

function holds({ since, daily }: PublishedRates, at: Date): boolean {
  if (since !== undefined && at < new Date(since)) return false;
  if (daily === undefined) return true;
  const second = (at.getTime() / 1_000) % 86_400;
  const { fromSecond, untilSecond } = daily;
  return untilSecond < fromSecond
    ? second >= fromSecond || second < untilSecond
    : second >= fromSecond && second < untilSecond;
}
