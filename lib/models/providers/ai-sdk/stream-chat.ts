import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import type { ModelCall, StreamAnswer, StreamEvent } from '../../../plugin/index.ts';
import { createAnswerHead } from './answer-head.ts';
import type { CallDeadline } from './call-deadline.ts';
import { checkWarnings } from './check-warnings.ts';
import { convertError } from './convert-error.ts';
import { isObject } from './json.ts';
import type { AiSdkProviderOptions } from './options.ts';
import { toChatCompletionChunks } from './to-chat-completion-chunks.ts';

/**
 * Streams an answer. Resolves with its first event, so that a failure before any content, which several providers
 * report inside a stream that began well, is one of the call and can be tried elsewhere.
 */
export async function streamChat(
  { providerName }: AiSdkProviderOptions,
  call: ModelCall,
  model: LanguageModelV4,
  callOptions: LanguageModelV4CallOptions,
  deadline: CallDeadline,
): Promise<StreamAnswer> {
  const { stream } = await deadline.wait(model.doStream(callOptions));
  const parts = readParts(stream, deadline, call);
  const events = toChatCompletionChunks(parts, createAnswerHead(call.model), {
    providerName,
    includeUsage: isObject(call.body.stream_options) && call.body.stream_options.include_usage === true,
  });
  const first = await events.next();
  deadline.contentSeen();
  const context = {
    providerName,
    secrets: call.apiKey === undefined ? [] : [call.apiKey],
    answerBegan: true,
  };

  async function* relay(): AsyncGenerator<StreamEvent, void, undefined> {
    try {
      if (!first.done) yield first.value;
      yield* events;
    } catch (error) {
      throw convertError(error, context);
    } finally {
      deadline.end();
      await events.return();
    }
  }
  return { kind: 'stream', events: relay() };
}

/** The parts of a stream within their time-outs, warnings checked and left out. */
async function* readParts(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  deadline: CallDeadline,
  call: ModelCall,
): AsyncGenerator<LanguageModelV4StreamPart, undefined, undefined> {
  const reader = stream.getReader();
  let started = false;
  try {
    for (;;) {
      const { done, value } = await deadline.wait(reader.read());
      if (done) return undefined;
      if (value.type === 'stream-start') {
        checkWarnings(value.warnings, call.body);
        continue;
      }
      if (!started) call.onAnswerStarted?.();
      started = true;
      yield value;
    }
  } finally {
    // Nobody waits for it: a model that does not heed it is left behind, one that fails at it has failed before.
    reader.cancel().catch(() => undefined);
  }
}
