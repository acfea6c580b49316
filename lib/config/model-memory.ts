import type { EndpointConfiguration } from './endpoints.ts';

const GIB = 2 ** 30;

const bytesPerParameter: Readonly<Record<EndpointConfiguration['precision'], number>> = {
  fp32: 4,
  fp16: 2,
  bf16: 2,
  fp8: 1,
  int8: 1,
  int4: 0.5,
};

/**
 * Memory beside the weights: activations, the runtime, fragments. The factor for inference of
 * https://blog.eleuther.ai/transformer-math/
 */
const OVERHEAD = 1.2;

/**
 * Llama 3.1 8B keeps 32 layers × 8 heads × 128 values × 2 (key and value) × 2 bytes = 131,072 bytes per token, the model
 * of 70 billion parameters 327,680: it grows a little slower than with the root of the size. Taken as the root from the
 * smaller one, the estimate is 18 % above the larger one. Most newer models need less.
 */
const CACHE_BYTES_PER_TOKEN_AT_8_BILLION = 131_072;

type ModelSize = Pick<
  EndpointConfiguration,
  'parametersBillions' | 'precision' | 'contextTokens' | 'cacheBytesPerToken'
>;

/**
 * Accelerator memory that one copy of a model needs, in GiB: weights × 1.2 + the cache of one request of full length. With less than
 * that vLLM refuses to start; what is left beyond it decides how many requests it serves at once.
 */
export function modelMemoryGib(model: ModelSize): number {
  const weights = model.parametersBillions * 1e9 * bytesPerParameter[model.precision];
  const cachePerToken =
    model.cacheBytesPerToken ?? CACHE_BYTES_PER_TOKEN_AT_8_BILLION * Math.sqrt(model.parametersBillions / 8);
  return (weights * OVERHEAD + cachePerToken * model.contextTokens) / GIB;
}
