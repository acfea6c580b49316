import type { ProviderConfiguration } from '../../../config/schema.ts';
import type { JsonObject, ModelProvider } from '../../../plugin/index.ts';
import {
  createAiSdkProvider,
  type ParameterRule,
  type ProviderOptions,
  requireApiKey,
} from '../ai-sdk/index.ts';
import { noJsonWithoutSchema, noPenalty, noSeed, temperatureUpToOne } from '../ai-sdk/parameter-rules.ts';

type AnthropicConfiguration = Extract<ProviderConfiguration, { kind: 'anthropic' }>;

const providerName = 'anthropic';
const defaultBaseUrl = 'https://api.anthropic.com/v1';

/** What the Messages API does otherwise than OpenAI's. https://docs.anthropic.com/en/api/messages */
const parameters: Readonly<Record<string, ParameterRule>> = {
  temperature: temperatureUpToOne,
  presence_penalty: noPenalty,
  frequency_penalty: noPenalty,
  seed: noSeed,
  response_format: noJsonWithoutSchema,
  parallel_tool_calls: (value) =>
    value === false ? { anthropic: { disableParallelToolUse: true } } : undefined,
};

/** Reaches Anthropic's Messages API. */
export function createAnthropicProvider(
  config: AnthropicConfiguration,
  options: { readonly fetch?: typeof globalThis.fetch } = {},
): ModelProvider {
  return createAiSdkProvider({
    providerName,
    parameters,
    providerOptions,
    async languageModel(modelId, apiKey, fetch) {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      const anthropic = createAnthropic({
        apiKey: requireApiKey(apiKey, providerName),
        baseURL: config.baseUrl ?? defaultBaseUrl,
        fetch: options.fetch ?? fetch,
      });
      return anthropic.languageModel(modelId);
    },
  });
}

/** Pings show that a model which thinks for long is alive; the user is what Anthropic detects abuse by. */
function providerOptions(body: JsonObject): ProviderOptions {
  const userId = body.safety_identifier ?? body.user;
  return {
    anthropic: { includePings: true, ...(typeof userId === 'string' ? { metadata: { userId } } : {}) },
  };
}
