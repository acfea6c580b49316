import type {
  EmbeddingModelV4,
  LanguageModelV2,
  LanguageModelV3,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  SharedV2ProviderOptions,
} from '@ai-sdk/provider';
import { fromV2Result, fromV2StreamPart } from './from-v2.ts';
import { fromV3Content, fromV3StreamPart } from './from-v3.ts';
import type { EmbeddingModel, LanguageModel } from './options.ts';
import { unsupportedParameter } from './request-error.ts';
import { toV2CallOptions, toV3CallOptions } from './to-older-call-options.ts';

/** Makes a language model of an older version of the specification look like one of version 4. */
export function languageModelAsV4(model: LanguageModel): LanguageModelV4 {
  switch (model.specificationVersion) {
    case 'v4':
      return model;
    case 'v3':
      return v3AsV4(model);
    case 'v2':
      return v2AsV4(model);
  }
}

function v3AsV4(model: LanguageModelV3): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    async doGenerate(options: LanguageModelV4CallOptions) {
      const result = await model.doGenerate(toV3CallOptions(options));
      return { ...result, content: result.content.map(fromV3Content) };
    },
    async doStream(options: LanguageModelV4CallOptions) {
      const { stream } = await model.doStream(toV3CallOptions(options));
      return { stream: mapStream(stream, fromV3StreamPart) };
    },
  };
}

function v2AsV4(model: LanguageModelV2): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    async doGenerate(options: LanguageModelV4CallOptions) {
      return fromV2Result(await model.doGenerate(toV2CallOptions(options)), model.provider);
    },
    async doStream(options: LanguageModelV4CallOptions) {
      const { stream } = await model.doStream(toV2CallOptions(options));
      return { stream: mapStream(stream, (part) => fromV2StreamPart(part, model.provider)) };
    },
  };
}

/** Makes an embedding model of an older version of the specification look like one of version 4. */
export function embeddingModelAsV4(model: EmbeddingModel): EmbeddingModelV4 {
  if (model.specificationVersion === 'v4') return model;
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    maxEmbeddingsPerCall: model.maxEmbeddingsPerCall,
    supportsParallelCalls: model.supportsParallelCalls,
    async doEmbed({ dimensions, values, abortSignal, providerOptions }) {
      if (dimensions !== undefined) {
        throw unsupportedParameter(
          'dimensions',
          'this parameter is not supported by the provider; leave it out.',
        );
      }
      const result = await model.doEmbed({
        values,
        ...(abortSignal === undefined ? {} : { abortSignal }),
        ...(providerOptions === undefined
          ? {}
          : { providerOptions: providerOptions as SharedV2ProviderOptions }),
      });
      return { warnings: [], ...result };
    },
  };
}

function mapStream<From, To>(stream: ReadableStream<From>, convert: (part: From) => To): ReadableStream<To> {
  return stream.pipeThrough(
    new TransformStream<From, To>({ transform: (part, controller) => controller.enqueue(convert(part)) }),
  );
}
