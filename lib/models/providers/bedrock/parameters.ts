import type { ParameterRule } from '../ai-sdk/index.ts';
import { noJsonWithoutSchema, noPenalty, noSeed, temperatureUpToOne } from '../ai-sdk/parameter-rules.ts';

/** What the Converse API does otherwise than OpenAI's. */
export const parameters: Readonly<Record<string, ParameterRule>> = {
  temperature: temperatureUpToOne,
  presence_penalty: noPenalty,
  frequency_penalty: noPenalty,
  seed: noSeed,
  response_format: noJsonWithoutSchema,
  parallel_tool_calls: (value, modelId) => {
    if (value !== false) return undefined;
    return modelId.includes('anthropic.')
      ? { anthropic: { disableParallelToolUse: true } }
      : 'the model cannot be kept from calling several tools; leave it out.';
  },
  dimensions: (value, modelId) => dimensionOptions(Number(value), modelId),
};

/** Each family of embedding models has its own name for the size of a vector. */
function dimensionOptions(dimensions: number, modelId: string): ReturnType<ParameterRule> {
  const [name, sizes] = modelId.includes('cohere.embed-v4')
    ? ['outputDimension', [256, 512, 1024, 1536]]
    : modelId.includes('amazon.nova-')
      ? ['embeddingDimension', [256, 384, 1024, 3072]]
      : modelId.includes('titan-embed-text-v2')
        ? ['dimensions', [256, 512, 1024]]
        : [undefined, []];
  if (name === undefined) return 'the size of this model is fixed; leave it out.';
  if (!sizes.includes(dimensions)) return `the model takes ${sizes.join(', ')}.`;
  return { amazonBedrock: { [name]: dimensions } };
}
