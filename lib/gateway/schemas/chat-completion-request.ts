import * as z from 'zod-for-requests';
import { toolCall } from './tool-call.ts';

const contentPart = z
  .looseObject({
    type: z.string().describe('text, image_url, input_audio, file or refusal'),
    text: z.string().optional(),
    image_url: z.looseObject({ url: z.string(), detail: z.string().optional() }).optional(),
  })
  .describe('A part of a message: text, an image (a URL or a data: URL), audio or a file.');

const message = z.looseObject({
  role: z.enum(['developer', 'system', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(contentPart), z.null()]).optional(),
  name: z.string().optional(),
  tool_calls: z.array(toolCall).optional(),
  tool_call_id: z.string().optional(),
});

const functionDefinition = z.looseObject({
  name: z.string().min(1),
  description: z.string().optional(),
  parameters: z.looseObject({}).optional(),
  strict: z.boolean().nullish(),
});

const tool = z.looseObject({ type: z.string(), function: functionDefinition.optional() });

const responseFormat = z.looseObject({
  type: z.enum(['text', 'json_object', 'json_schema']),
  json_schema: z
    .looseObject({
      name: z.string(),
      schema: z.looseObject({}).optional(),
      strict: z.boolean().nullish(),
      description: z.string().optional(),
    })
    .optional(),
});

const tokens = z.number().int().positive();

/**
 * `POST /v1/chat/completions`. The known parameters are checked for type and range; fields unknown here go on to an
 * upstream that speaks OpenAI's format and are refused by one that is translated.
 */
export const chatCompletionRequest = z
  .looseObject({
    model: z.string().min(1).max(256).describe('A name from GET /v1/models.'),
    messages: z.array(message).min(1),
    audio: z.looseObject({}).nullish(),
    frequency_penalty: z.number().min(-2).max(2).nullish(),
    function_call: z.union([z.string(), z.looseObject({ name: z.string() })]).optional(),
    functions: z.array(functionDefinition).optional(),
    logit_bias: z.record(z.string(), z.number()).nullish(),
    logprobs: z.boolean().nullish(),
    max_completion_tokens: tokens.nullish(),
    max_tokens: tokens.nullish(),
    metadata: z.record(z.string(), z.string()).nullish(),
    modalities: z.array(z.string()).nullish(),
    moderation: z.looseObject({}).nullish(),
    n: z.number().int().min(1).max(128).nullish(),
    parallel_tool_calls: z.boolean().optional(),
    prediction: z.looseObject({}).nullish(),
    presence_penalty: z.number().min(-2).max(2).nullish(),
    prompt_cache_key: z.string().nullish(),
    prompt_cache_options: z.looseObject({}).nullish(),
    prompt_cache_retention: z.string().nullish(),
    reasoning_effort: z.string().nullish(),
    response_format: responseFormat.optional(),
    safety_identifier: z.string().nullish(),
    seed: z.number().int().nullish(),
    service_tier: z.string().nullish(),
    stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
    store: z.boolean().nullish(),
    stream: z.boolean().nullish(),
    stream_options: z
      .looseObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
      .nullish(),
    temperature: z.number().min(0).max(2).nullish(),
    tool_choice: z.union([z.string(), z.looseObject({ type: z.string() })]).optional(),
    tools: z.array(tool).optional(),
    top_logprobs: z.number().int().min(0).max(20).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    user: z.string().nullish(),
    verbosity: z.string().nullish(),
    web_search_options: z.looseObject({}).nullish(),
  })
  .meta({ id: 'CreateChatCompletionRequest' });
