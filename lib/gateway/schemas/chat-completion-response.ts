import * as z from 'zod-for-requests';
import { toolCall } from './tool-call.ts';

export const completionUsage = z
  .looseObject({
    prompt_tokens: z.number().int(),
    completion_tokens: z.number().int(),
    total_tokens: z.number().int(),
    prompt_tokens_details: z.looseObject({ cached_tokens: z.number().int().optional() }).optional(),
    completion_tokens_details: z.looseObject({ reasoning_tokens: z.number().int().optional() }).optional(),
  })
  .meta({ id: 'CompletionUsage' });

const finishReason = z.enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']);

export const chatCompletion = z
  .looseObject({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.number().int(),
    model: z.string(),
    choices: z.array(
      z.looseObject({
        index: z.number().int(),
        message: z.looseObject({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          tool_calls: z.array(toolCall).optional(),
        }),
        finish_reason: finishReason,
      }),
    ),
    usage: completionUsage.optional(),
  })
  .meta({ id: 'ChatCompletion' });

export const chatCompletionChunk = z
  .looseObject({
    id: z.string(),
    object: z.literal('chat.completion.chunk'),
    created: z.number().int(),
    model: z.string(),
    choices: z.array(
      z.looseObject({
        index: z.number().int(),
        delta: z.looseObject({ role: z.string().optional(), content: z.string().nullish() }),
        finish_reason: finishReason.nullable(),
      }),
    ),
    usage: completionUsage.nullish(),
  })
  .meta({ id: 'ChatCompletionChunk' });
