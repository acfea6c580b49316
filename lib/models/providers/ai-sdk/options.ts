import type {
  EmbeddingModelV2,
  EmbeddingModelV3,
  EmbeddingModelV4,
  LanguageModelV2,
  LanguageModelV3,
  LanguageModelV4,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { JsonObject } from '../../../plugin/index.ts';

/** A language model of any version of the AI SDK's specification. */
export type LanguageModel = LanguageModelV2 | LanguageModelV3 | LanguageModelV4;
/** An embedding model of any version of the AI SDK's specification. */
export type EmbeddingModel = EmbeddingModelV2<string> | EmbeddingModelV3 | EmbeddingModelV4;
/** Options by provider name, as the AI SDK hands them through to a provider. */
export type ProviderOptions = SharedV4ProviderOptions;

/**
 * Makes a model.
 *
 * @param modelId the name by which the provider knows the model
 * @param apiKey the key to use; undefined for a provider that needs none
 * @param fetch keeps the call's time-outs; a provider that brings its own transport may ignore it
 */
export type ModelFactory<Model> = (
  modelId: string,
  apiKey: string | undefined,
  fetch: typeof globalThis.fetch,
) => Promise<Model>;

/**
 * What becomes of one parameter of a request where the general translation does not fit the provider:
 * - options: they are sent instead;
 * - a sentence that says what to do instead: the parameter is refused before anything is paid for;
 * - undefined: the general translation applies.
 */
export type ParameterRule = (value: unknown, modelId: string) => ProviderOptions | string | undefined;

/** A provider of the AI SDK. */
export interface AiSdkProviderOptions {
  /** Begins every error message. */
  readonly providerName: string;
  readonly languageModel: ModelFactory<LanguageModel>;
  /** Absent where the provider has no embeddings. */
  readonly embeddingModel?: ModelFactory<EmbeddingModel>;
  /** By the parameter's name in OpenAI's API, chat and embeddings alike. */
  readonly parameters?: Readonly<Record<string, ParameterRule>>;
  /** Options that go with every chat request. */
  readonly providerOptions?: (body: JsonObject, modelId: string) => ProviderOptions;
  /** Reads the input tokens from an embedding answer's raw body, where the SDK does not. */
  readonly embeddingTokens?: (responseBody: unknown) => number | undefined;
}

/** Joins options; of two values for the same option of the same provider the later one counts. */
export function mergeProviderOptions(...all: readonly ProviderOptions[]): ProviderOptions {
  const merged: ProviderOptions = {};
  for (const options of all) {
    for (const [provider, values] of Object.entries(options)) {
      merged[provider] = { ...merged[provider], ...values };
    }
  }
  return merged;
}
