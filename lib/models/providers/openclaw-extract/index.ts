import { randomUUID } from 'node:crypto';
import type {
  FinishReason,
  JsonAnswer,
  ModelCall,
  ModelProvider,
  StreamAnswer,
  StreamEvent,
  TokenUsage,
} from '../../../plugin/index.ts';
import { UpstreamError } from '../../../plugin/index.ts';
import { countPromptTokens } from '../../tokens/count-prompt-tokens.ts';
import { composeAnswer } from './compose-answer.ts';
import { cutAnswer } from './cut-answer.ts';
import { type ExtractRequest, readRequest } from './read-request.ts';

/** A composed answer, in tokens, ready to be sent whole or in parts. */
interface Answer {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly pieces: readonly string[];
  readonly finishReason: FinishReason;
  readonly usage: TokenUsage;
}

/**
 * The built-in model: no key, no network, the same answer every time. It quotes the sentences of the conversation that
 * match the question best.
 */
export function createExtractProvider(): ModelProvider {
  return {
    format: 'translated',
    async call(call) {
      if (call.operation !== 'chat') {
        throw new UpstreamError('invalid_request', 'openclaw-extract does chat only', { status: 400 });
      }
      const request = readRequest(call.body);
      const answer = await answerTo(request, call);
      if (call.signal.aborted) throw new UpstreamError('cancelled', 'the call was cancelled');
      call.onAnswerStarted?.();
      return call.stream ? streamed(answer, request, call.signal) : whole(answer);
    },
  };
}

async function answerTo(request: ExtractRequest, call: ModelCall): Promise<Answer> {
  const text = await composeAnswer(request.messages);
  const { pieces, finishReason, tokens } = await cutAnswer(text, request);
  return {
    id: `chatcmpl-${randomUUID().replaceAll('-', '')}`,
    created: Math.floor(Date.now() / 1_000),
    model: call.model,
    pieces,
    finishReason,
    usage: {
      inputTokens: await countPromptTokens(call.body),
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: tokens,
      reasoningTokens: 0,
      estimated: false,
    },
  };
}

function whole(answer: Answer): JsonAnswer {
  const { id, created, model, finishReason, usage } = answer;
  const content = answer.pieces.join('');
  const message = { role: 'assistant', content, refusal: null };
  const document = {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason }],
    usage: openAiUsage(usage),
  };
  return {
    kind: 'json',
    bytes: Buffer.from(JSON.stringify(document)),
    usage,
    finishReasons: [finishReason],
    text: () => content,
  };
}

function streamed(answer: Answer, request: ExtractRequest, signal: AbortSignal): StreamAnswer {
  return { kind: 'stream', events: events(answer, request, signal) };
}

async function* events(
  { id, created, model, pieces, finishReason, usage }: Answer,
  { includeUsage }: ExtractRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void> {
  const chunk = (choices: readonly object[], reported: object | null) => {
    const document = {
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      choices,
      ...(includeUsage ? { usage: reported } : {}),
    };
    return Buffer.from(`data: ${JSON.stringify(document)}\n\n`);
  };
  const choice = (delta: object, reason: FinishReason | null = null) => [
    { index: 0, delta, logprobs: null, finish_reason: reason },
  ];
  const silent = { hasContent: false, text: '', usageOnly: false };
  yield { ...silent, bytes: chunk(choice({ role: 'assistant', content: '' }), null) };
  for (const text of pieces) {
    if (signal.aborted) throw new UpstreamError('cancelled', 'the call was cancelled');
    yield { ...silent, bytes: chunk(choice({ content: text }), null), hasContent: true, text };
  }
  yield { ...silent, bytes: chunk(choice({}, finishReason), null), finishReason, usage };
  yield { ...silent, bytes: chunk([], openAiUsage(usage)), usageOnly: true, usage };
}

function openAiUsage({ inputTokens, outputTokens }: TokenUsage): object {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}
