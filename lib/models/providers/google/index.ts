import type { ProviderConfiguration } from '../../../config/schema.ts';
import type { JsonObject, ModelProvider } from '../../../plugin/index.ts';
import {
  createAiSdkProvider,
  type ParameterRule,
  type ProviderOptions,
  requireApiKey,
} from '../ai-sdk/index.ts';
import { isObject } from '../ai-sdk/json.ts';

type GoogleConfiguration = Extract<ProviderConfiguration, { kind: 'google' }>;

const providerName = 'google';
const defaultBaseUrl = 'https://generativelanguage.googleapis.com/v1beta';

/** What the Gemini API does otherwise than OpenAI's. https://ai.google.dev/api/generate-content */
const parameters: Readonly<Record<string, ParameterRule>> = {
  parallel_tool_calls: (value) =>
    value === false
      ? 'the provider cannot keep a model from calling several tools; leave it out.'
      : undefined,
};

/** Reaches Google's Gemini API, embeddings included. */
export function createGoogleProvider(
  config: GoogleConfiguration,
  options: { readonly fetch?: typeof globalThis.fetch } = {},
): ModelProvider {
  async function createProvider(apiKey: string | undefined, fetch: typeof globalThis.fetch) {
    const { createGoogle } = await import('@ai-sdk/google');
    return createGoogle({
      apiKey: requireApiKey(apiKey, providerName),
      baseURL: config.baseUrl ?? defaultBaseUrl,
      fetch: options.fetch ?? fetch,
    });
  }
  return createAiSdkProvider({
    providerName,
    parameters,
    providerOptions,
    embeddingTokens,
    languageModel: async (modelId, apiKey, fetch) =>
      (await createProvider(apiKey, fetch)).languageModel(modelId),
    embeddingModel: async (modelId, apiKey, fetch) =>
      (await createProvider(apiKey, fetch)).embeddingModel(modelId),
  });
}

/** A caller who asks a model to reason sees the summary of it, as with the other providers. */
function providerOptions(body: JsonObject): ProviderOptions {
  const effort = body.reasoning_effort;
  const reasons = typeof effort === 'string' && effort !== 'none';
  return reasons ? { google: { thinkingConfig: { includeThoughts: true } } } : {};
}

/** Reported by newer embedding models only. */
function embeddingTokens(body: unknown): number | undefined {
  const usage = isObject(body) && isObject(body.usageMetadata) ? body.usageMetadata : {};
  return typeof usage.promptTokenCount === 'number' ? usage.promptTokenCount : undefined;
}
