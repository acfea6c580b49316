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

/** How long the rest of a finished answer may take before its connection is given up. */
const DRAIN_MS = 1_000;

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
    let complete = false;
    try {
      if (!first.done) yield first.value;
      yield* events;
      complete = true;
      deadline.end();
    } catch (error) {
      throw convertError(error, context);
    } finally {
      if (!complete) deadline.abandon();
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
): AsyncGenerator<LanguageModelV4StreamPart, void, undefined> {
  const reader = stream.getReader();
  let last: LanguageModelV4StreamPart['type'] | undefined;
  try {
    for (;;) {
      const { done, value } = await deadline.wait(reader.read());
      if (done) return;
      if (value.type === 'stream-start') {
        checkWarnings(value.warnings, call.body);
        continue;
      }
      if (last === undefined) call.onAnswerStarted?.();
      last = value.type;
      yield value;
    }
  } finally {
    // Nobody waits for either: a model that does not heed it is left behind, one that fails at it has failed before.
    const ending = last === 'finish' ? drain(reader) : reader.cancel();
    ending.catch(() => undefined);
  }
}

/** Reads what comes after a finished answer, so that its connection ends in order and can be used again. */
async function drain(reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>): Promise<void> {
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), DRAIN_MS).unref();
  try {
    for (let done = false; !done; ) ({ done } = await reader.read());
  } finally {
    clearTimeout(timer);
  }
}
