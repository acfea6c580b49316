import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider';
import {
  type JsonAnswer,
  type ModelAnswer,
  type ModelCall,
  type ModelProvider,
  UpstreamError,
} from '../../../plugin/index.ts';
import { createAnswerHead } from './answer-head.ts';
import { embeddingModelAsV4, languageModelAsV4 } from './as-v4.ts';
import { CallDeadline } from './call-deadline.ts';
import { checkWarnings } from './check-warnings.ts';
import { convertError } from './convert-error.ts';
import { convertToPrompt } from './convert-to-prompt.ts';
import { createFetch } from './create-fetch.ts';
import { embed, prepareEmbeddingCall } from './embed.ts';
import type { AiSdkProviderOptions } from './options.ts';
import { prepareCall } from './prepare-call.ts';
import { streamChat } from './stream-chat.ts';
import { toChatCompletion } from './to-chat-completion.ts';

/**
 * Reaches the models of any provider of the AI SDK (specification V2, V3 or V4) with requests in OpenAI's format, and
 * answers in that format.
 *
 * Beside OpenAI's fields a message may have `reasoning_content`, `reasoning_details`, `images` and, in its tool calls,
 * `provider_metadata`; `reasoning_details` and `provider_metadata` are taken back with the next request.
 */
export function createAiSdkProvider(options: AiSdkProviderOptions): ModelProvider {
  return {
    format: 'translated',
    async call(call: ModelCall): Promise<ModelAnswer> {
      const { providerName } = options;
      const stream = call.stream && call.operation === 'chat';
      const deadline = new CallDeadline(call.timeouts, call.signal, providerName, stream);
      try {
        if (call.operation === 'embeddings') return await embedWith(options, call, deadline);
        const model = await createLanguageModel(options, call, deadline);
        const callOptions = await prepareChat(options, call, model, deadline);
        return call.stream
          ? await streamChat(options, call, model, callOptions, deadline)
          : await generate(options, call, model, callOptions, deadline);
      } catch (error) {
        deadline.abandon();
        throw convertError(error, { providerName, secrets: secretsOf(call), answerBegan: false });
      }
    },
  };
}

async function createLanguageModel(options: AiSdkProviderOptions, call: ModelCall, deadline: CallDeadline) {
  const fetch = createFetch(call.timeouts, options.providerName);
  return languageModelAsV4(await deadline.wait(options.languageModel(call.model, call.apiKey, fetch)));
}

async function prepareChat(
  options: AiSdkProviderOptions,
  call: ModelCall,
  model: LanguageModelV4,
  deadline: CallDeadline,
): Promise<LanguageModelV4CallOptions> {
  return {
    ...prepareCall(call.body, call.model, options),
    prompt: convertToPrompt(call.body.messages, await model.supportedUrls),
    abortSignal: deadline.signal,
  };
}

async function generate(
  { providerName }: AiSdkProviderOptions,
  call: ModelCall,
  model: LanguageModelV4,
  callOptions: LanguageModelV4CallOptions,
  deadline: CallDeadline,
): Promise<JsonAnswer> {
  const result = await deadline.wait(model.doGenerate(callOptions));
  deadline.end();
  call.onAnswerStarted?.();
  checkWarnings(result.warnings, call.body);
  return toChatCompletion(result, createAnswerHead(result.response?.modelId ?? call.model), providerName);
}

async function embedWith(
  options: AiSdkProviderOptions,
  call: ModelCall,
  deadline: CallDeadline,
): Promise<JsonAnswer> {
  if (!options.embeddingModel) {
    throw new UpstreamError('not_found', `${options.providerName}: the provider has no embedding models`);
  }
  const prepared = prepareEmbeddingCall(call.body, call.model, options);
  const fetch = createFetch(call.timeouts, options.providerName);
  const model = await deadline.wait(options.embeddingModel(call.model, call.apiKey, fetch));
  const embedding = embed(embeddingModelAsV4(model), prepared, options, call.model, deadline.signal);
  const answer = await deadline.wait(embedding);
  deadline.end();
  call.onAnswerStarted?.();
  return answer;
}

function secretsOf({ apiKey }: ModelCall): string[] {
  return apiKey === undefined ? [] : [apiKey];
}
