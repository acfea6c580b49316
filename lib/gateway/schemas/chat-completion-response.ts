import * as z from 'zod-for-requests/mini';
import { toolCall } from './tool-call.ts';

export const completionUsage = z
  .looseObject({
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    total_tokens: z.int(),
    prompt_tokens_details: z.optional(z.looseObject({ cached_tokens: z.optional(z.int()) })),
    completion_tokens_details: z.optional(z.looseObject({ reasoning_tokens: z.optional(z.int()) })),
  })
  .register(z.globalRegistry, { id: 'CompletionUsage' });

const finishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']);

export const chatCompletion = z
  .looseObject({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.looseObject({
        index: z.int(),
        message: z.looseObject({
          role: z.literal('assistant'),
          content: z.nullable(z.string()),
          tool_calls: z.optional(z.array(toolCall)),
        }),
        finish_reason: finishReason,
      }),
    ),
    usage: z.optional(completionUsage),
  })
  .register(z.globalRegistry, { id: 'ChatCompletion' });

export const chatCompletionChunk = z
  .looseObject({
    id: z.string(),
    object: z.literal('chat.completion.chunk'),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.looseObject({
        index: z.int(),
        delta: z.looseObject({ role: z.optional(z.string()), content: z.nullish(z.string()) }),
        finish_reason: z.nullable(finishReason),
      }),
    ),
    usage: z.nullish(completionUsage),
  })
  .register(z.globalRegistry, { id: 'ChatCompletionChunk' });
