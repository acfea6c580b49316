import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import type { JsonAnswer } from '../../../plugin/index.ts';
import type { AnswerHead } from './answer-head.ts';
import { convertUsage, toOpenAiUsage } from './convert-usage.ts';
import { mapFinishReason } from './map-finish-reason.ts';
import { toImage, toMetadata, toToolCall } from './to-message-parts.ts';

/**
 * Converts a whole answer to a `chat.completion`. Tool calls that the provider runs itself, their results and sources
 * only come with tools that are never sent, and are left out.
 *
 * @throws UpstreamError `cut` or `server` where the answer is not finished.
 */
export function toChatCompletion(
  result: LanguageModelV4GenerateResult,
  head: AnswerHead,
  providerName: string,
): JsonAnswer {
  const parts = result.content;
  const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  const reasoning = parts.filter((part) => part.type === 'reasoning');
  const toolCalls = parts.filter((part) => part.type === 'tool-call' && part.providerExecuted !== true);
  const calls = toolCalls.flatMap((part) => (part.type === 'tool-call' ? [toToolCall(part)] : []));
  const images = parts.flatMap((part) => (part.type === 'file' ? [toImage(part)] : []));
  const reasoningText = reasoning.map((part) => part.text).join('');
  const details = reasoning.flatMap((part, index) =>
    part.providerMetadata === undefined
      ? []
      : [{ type: 'reasoning', index, text: part.text, ...toMetadata(part.providerMetadata) }],
  );
  const finishReason = mapFinishReason(result.finishReason, calls.length > 0, providerName);
  const usage = convertUsage(result.usage);
  const answer = {
    ...head,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && calls.length > 0 ? null : text,
          refusal: null,
          ...(reasoningText === '' ? {} : { reasoning_content: reasoningText }),
          ...(details.length === 0 ? {} : { reasoning_details: details }),
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
          ...(images.length === 0 ? {} : { images }),
        },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    ...(usage === null ? {} : { usage: toOpenAiUsage(usage) }),
  };
  return {
    kind: 'json',
    bytes: Buffer.from(JSON.stringify(answer)),
    usage,
    finishReasons: [finishReason],
    text: () =>
      [text, reasoningText, ...calls.map((call) => call.function.name + call.function.arguments)].join(''),
  };
}
