import type { EmbeddingModelV4, EmbeddingModelV4Result } from '@ai-sdk/provider';
import type { JsonAnswer, JsonObject, TokenUsage } from '../../../plugin/index.ts';
import { checkWarnings } from './check-warnings.ts';
import { type AiSdkProviderOptions, mergeProviderOptions, type ProviderOptions } from './options.ts';
import { invalidRequest, unsupportedParameter } from './request-error.ts';

/** An embeddings request in the AI SDK's terms. */
export interface EmbeddingCall {
  readonly values: readonly string[];
  readonly base64: boolean;
  readonly dimensions?: number;
  readonly providerOptions: ProviderOptions;
}

/** Requests of one call that run side by side, where a provider takes few texts at once. */
const PARALLEL_REQUESTS = 8;
/** English text has about four bytes a token; used where a provider does not report its count. */
const BYTES_PER_TOKEN = 4;

/**
 * Translates an embeddings request. `user` is recorded by the gateway.
 *
 * @throws UpstreamError `unsupported_parameter` or `invalid_request`.
 */
export function prepareEmbeddingCall(
  body: JsonObject,
  modelId: string,
  options: AiSdkProviderOptions,
): EmbeddingCall {
  const { model, input, encoding_format: format = 'float', user, ...rest } = body;
  const values = typeof input === 'string' ? [input] : input;
  if (!Array.isArray(values)) throw invalidRequest('input', 'expected a string or an array of strings.');
  if (!values.every((value) => typeof value === 'string')) {
    throw unsupportedParameter('input', 'the provider does not take token ids; send texts.');
  }
  if (format !== 'float' && format !== 'base64') {
    throw unsupportedParameter('encoding_format', 'use "float" or "base64".');
  }
  const rules = new Map(Object.entries(options.parameters ?? {}));
  let providerOptions: ProviderOptions = {};
  let dimensions: number | undefined;
  for (const [parameter, value] of Object.entries(rest)) {
    if (value === undefined || value === null) continue;
    const ruling = rules.get(parameter)?.(value, modelId);
    if (typeof ruling === 'string') throw unsupportedParameter(parameter, ruling);
    if (ruling !== undefined) providerOptions = mergeProviderOptions(providerOptions, ruling);
    else if (parameter === 'dimensions' && typeof value === 'number') dimensions = value;
    else
      throw unsupportedParameter(parameter, 'this parameter is not supported by the provider; leave it out.');
  }
  return {
    values,
    base64: format === 'base64',
    providerOptions,
    ...(dimensions === undefined ? {} : { dimensions }),
  };
}

/** Embeds the texts, in as many requests as the model needs, and answers in OpenAI's format. */
export async function embed(
  model: EmbeddingModelV4,
  call: EmbeddingCall,
  options: AiSdkProviderOptions,
  modelId: string,
  signal: AbortSignal,
): Promise<JsonAnswer> {
  const batches = split(call.values, (await model.maxEmbeddingsPerCall) ?? call.values.length);
  const parallel = (await model.supportsParallelCalls) ? PARALLEL_REQUESTS : 1;
  const results = await mapInParallel(batches, parallel, (values) =>
    model.doEmbed({
      values,
      abortSignal: signal,
      ...(call.dimensions === undefined ? {} : { dimensions: call.dimensions }),
      ...(Object.keys(call.providerOptions).length === 0 ? {} : { providerOptions: call.providerOptions }),
    }),
  );
  for (const { warnings } of results) checkWarnings(warnings, {});
  const usage = countUsage(results, call.values, options);
  const data = results
    .flatMap(({ embeddings }) => embeddings)
    .map((embedding, index) => ({
      object: 'embedding',
      index,
      embedding: call.base64
        ? Buffer.from(Float32Array.from(embedding).buffer).toString('base64')
        : embedding,
    }));
  const tokens = usage.inputTokens;
  const answer = {
    object: 'list',
    data,
    model: modelId,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
  return {
    kind: 'json',
    bytes: Buffer.from(JSON.stringify(answer)),
    usage,
    finishReasons: [],
    text: () => '',
  };
}

function countUsage(
  results: readonly EmbeddingModelV4Result[],
  values: readonly string[],
  options: AiSdkProviderOptions,
): TokenUsage {
  const reported = results.map(
    ({ usage, response }) => usage?.tokens ?? options.embeddingTokens?.(response?.body) ?? Number.NaN,
  );
  const total = reported.reduce((sum, tokens) => sum + tokens, 0);
  const estimated = Number.isNaN(total);
  const bytes = values.reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  return {
    inputTokens: estimated ? Math.ceil(bytes / BYTES_PER_TOKEN) : total,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    estimated,
  };
}

function split(values: readonly string[], size: number): string[][] {
  const batches: string[][] = [];
  for (let start = 0; start < values.length; start += size) batches.push(values.slice(start, start + size));
  return batches;
}

async function mapInParallel<Item, Result>(
  items: readonly Item[],
  workers: number,
  work: (item: Item) => PromiseLike<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const pending = items.entries();
  const run = async () => {
    for (const [index, item] of pending) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(workers, items.length) }, run));
  return results;
}
