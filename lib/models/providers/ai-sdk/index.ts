export { createAiSdkProvider } from './create-ai-sdk-provider.ts';
export type {
  AiSdkProviderOptions,
  EmbeddingModel,
  LanguageModel,
  ModelFactory,
  ParameterRule,
  ProviderOptions,
} from './options.ts';
export { requireApiKey } from './require-api-key.ts';
