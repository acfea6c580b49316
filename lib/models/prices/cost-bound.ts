import type { Configuration, ModelTarget, ProviderConfiguration } from '../../config/schema.ts';
import type { JsonObject, Operation, TokenUsage } from '../../plugin/index.ts';
import { requestedOutputLimit } from '../routing/output-limit.ts';
import { countPromptTokens } from '../tokens/count-prompt-tokens.ts';
import { type PricedTarget, priceCall } from './price-call.ts';
import { pricingOf } from './target-pricing.ts';

/** A request whose cost is to be bounded before it is made. */
export interface BoundRequest {
  readonly alias: string;
  readonly operation: Operation;
  readonly body: JsonObject;
  /** UTF-8 bytes of the request's body as it came. */
  readonly bodyBytes: number;
}

/**
 * `quick`: a token of text is at least one byte, so the bytes of the body bound its tokens, without counting any;
 * `counted`: the tokens are counted. Closer, at the price of loading a tokenizer.
 */
export type BoundPrecision = 'quick' | 'counted';

type BoundConfiguration = Pick<Configuration, 'models' | 'providers' | 'timeouts'>;

/** What a chat template adds to a request at most, and a little for what providers add of their own. */
const tokensOfFormat = 200;
/** What a template adds to each message at most. */
const tokensPerMessage = 8;
/** The most that a picture or a page given by its address costs with current vision models. */
const tokensPerMedium = 5_000;
/** Inline media have far fewer tokens than bytes: a picture of 1 MB has a few thousand. */
const base64CharactersPerToken = 10;
/** Other families' tokenizers make at most about this many tokens of one of OpenAI's. */
const otherTokenizers = 1.5;

/**
 * The most that a request can cost, whichever of the alias's targets answers it, in micro-dollars: its whole input, at
 * the dearest of what input can be (written to a cache), and as much output as it may produce, at the tier of prices
 * that so many tokens fall into.
 *
 * @returns null where the price of a target is not known
 */
export async function boundCost(
  request: BoundRequest,
  configuration: BoundConfiguration,
  precision: BoundPrecision,
): Promise<number | null> {
  const counted = precision === 'counted' ? await countPromptTokens(request.body) : undefined;
  let most = 0;
  for (const { target, alias } of reachableTargets(request.alias, configuration)) {
    const provider = configuration.providers[target.provider];
    const cost = provider ? boundOfTarget(request, target, alias, provider, counted, configuration) : null;
    if (cost === null) return null;
    most = Math.max(most, cost);
  }
  return most;
}

function boundOfTarget(
  request: BoundRequest,
  target: ModelTarget,
  alias: string,
  provider: ProviderConfiguration,
  counted: number | undefined,
  { models, timeouts }: BoundConfiguration,
): number | null {
  const pricing = pricingOf(target, provider);
  if (pricing?.kind === 'included') return 0;
  const priced: PricedTarget = {
    provider: target.provider,
    model: target.model,
    ...(pricing && { pricing }),
  };
  const inputTokens = counted === undefined ? quickInputBound(request) : countedInputBound(counted, provider);
  const usage: TokenUsage = {
    inputTokens,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: outputBound(request, target),
    reasoningTokens: 0,
    estimated: true,
  };
  const longestMs = models[alias]?.timeouts?.totalMs ?? timeouts.totalMs;
  const { costMicroUsd: plain } = priceCall(priced, usage, longestMs);
  if (plain === null) return null;
  // Where a provider bills what it writes to its cache, all of the input may be written.
  const { costMicroUsd: written } = priceCall(priced, { ...usage, cacheWriteTokens: inputTokens }, longestMs);
  return Math.max(plain, written ?? 0);
}

/** Those of the alias, and of the larger models that a request too long for it goes to. */
function reachableTargets(alias: string, { models }: BoundConfiguration) {
  const reachable: { target: ModelTarget; alias: string }[] = [];
  const seen = new Set<string>();
  for (let name: string | undefined = alias; name !== undefined && !seen.has(name); ) {
    seen.add(name);
    const model: Configuration['models'][string] | undefined = models[name];
    for (const target of model?.targets ?? []) reachable.push({ target, alias: name });
    name = model?.largerModel;
  }
  return reachable;
}

function quickInputBound({ body, bodyBytes }: BoundRequest): number {
  const media = mediaOf(body);
  const messages = Array.isArray(body.messages) ? body.messages.length : 0;
  return (
    Math.max(0, bodyBytes - media.inlineCharacters) +
    media.tokens +
    messages * tokensPerMessage +
    tokensOfFormat
  );
}

function countedInputBound(counted: number, provider: ProviderConfiguration): number {
  return Math.ceil(counted * (provider.kind === 'openai' ? 1.05 : otherTokenizers)) + tokensOfFormat;
}

function outputBound({ body, operation }: BoundRequest, target: ModelTarget): number {
  if (operation !== 'chat') return 0;
  const choices = typeof body.n === 'number' ? body.n : 1;
  return (requestedOutputLimit(body) ?? target.maxOutputTokens) * choices;
}

interface Media {
  readonly tokens: number;
  /** Characters of the body that are media, not text. */
  readonly inlineCharacters: number;
}

function mediaOf(body: JsonObject): Media {
  let tokens = 0;
  let inlineCharacters = 0;
  const messages = Array.isArray(body.messages) ? body.messages : [];
  for (const message of messages) {
    const parts = (message as { content?: unknown } | null)?.content;
    if (!Array.isArray(parts)) continue;
    for (const part of parts) {
      if ((part as { type?: unknown } | null)?.type === 'text') continue;
      const inline = longestText(part);
      const isInline = inline > 2_048;
      tokens += Math.max(tokensPerMedium, isInline ? Math.ceil(inline / base64CharactersPerToken) : 0);
      if (isInline) inlineCharacters += inline;
    }
  }
  return { tokens, inlineCharacters };
}

/** The length of the longest text anywhere in a part: of inline media, that is their base64. */
function longestText(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map(longestText));
}
