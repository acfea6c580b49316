import * as z from 'zod-for-requests/mini';
import { toolCall } from './tool-call.ts';

const contentPart = z
  .looseObject({
    type: z.string().check(z.describe('text, image_url, input_audio, file or refusal')),
    text: z.optional(z.string()),
    image_url: z.optional(z.looseObject({ url: z.string(), detail: z.optional(z.string()) })),
  })
  .check(z.describe('A part of a message: text, an image (a URL or a data: URL), audio or a file.'));

const message = z.looseObject({
  role: z.enum(['developer', 'system', 'user', 'assistant', 'tool', 'function']),
  content: z.optional(z.union([z.string(), z.array(contentPart), z.null()])),
  name: z.optional(z.string()),
  tool_calls: z.optional(z.array(toolCall)),
  tool_call_id: z.optional(z.string()),
});

const functionDefinition = z.looseObject({
  name: z.string().check(z.minLength(1)),
  description: z.optional(z.string()),
  parameters: z.optional(z.looseObject({})),
  strict: z.nullish(z.boolean()),
});

const tool = z.looseObject({ type: z.string(), function: z.optional(functionDefinition) });

const responseFormat = z.looseObject({
  type: z.enum(['text', 'json_object', 'json_schema']),
  json_schema: z.optional(
    z.looseObject({
      name: z.string(),
      schema: z.optional(z.looseObject({})),
      strict: z.nullish(z.boolean()),
      description: z.optional(z.string()),
    }),
  ),
});

const tokens = z.int().check(z.positive());
const penalty = z.number().check(z.gte(-2), z.lte(2));

/**
 * `POST /v1/chat/completions`. The known parameters are checked for type and range; fields unknown here go on to an
 * upstream that speaks OpenAI's format and are refused by one that is translated.
 */
export const chatCompletionRequest = z
  .looseObject({
    model: z.string().check(z.minLength(1), z.maxLength(256), z.describe('A name from GET /v1/models.')),
    messages: z.array(message).check(z.minLength(1)),
    audio: z.nullish(z.looseObject({})),
    frequency_penalty: z.nullish(penalty),
    function_call: z.optional(z.union([z.string(), z.looseObject({ name: z.string() })])),
    functions: z.optional(z.array(functionDefinition)),
    logit_bias: z.nullish(z.record(z.string(), z.number())),
    logprobs: z.nullish(z.boolean()),
    max_completion_tokens: z.nullish(tokens),
    max_tokens: z.nullish(tokens),
    metadata: z.nullish(z.record(z.string(), z.string())),
    modalities: z.nullish(z.array(z.string())),
    moderation: z.nullish(z.looseObject({})),
    n: z.nullish(z.int().check(z.gte(1), z.lte(128))),
    parallel_tool_calls: z.optional(z.boolean()),
    prediction: z.nullish(z.looseObject({})),
    presence_penalty: z.nullish(penalty),
    prompt_cache_key: z.nullish(z.string()),
    prompt_cache_options: z.nullish(z.looseObject({})),
    prompt_cache_retention: z.nullish(z.string()),
    reasoning_effort: z.nullish(z.string()),
    response_format: z.optional(responseFormat),
    safety_identifier: z.nullish(z.string()),
    seed: z.nullish(z.int()),
    service_tier: z.nullish(z.string()),
    stop: z.nullish(z.union([z.string(), z.array(z.string()).check(z.maxLength(16))])),
    store: z.nullish(z.boolean()),
    stream: z.nullish(z.boolean()),
    stream_options: z.nullish(
      z.looseObject({ include_usage: z.optional(z.boolean()), include_obfuscation: z.optional(z.boolean()) }),
    ),
    temperature: z.nullish(z.number().check(z.gte(0), z.lte(2))),
    tool_choice: z.optional(z.union([z.string(), z.looseObject({ type: z.string() })])),
    tools: z.optional(z.array(tool)),
    top_logprobs: z.nullish(z.int().check(z.gte(0), z.lte(20))),
    top_p: z.nullish(z.number().check(z.gte(0), z.lte(1))),
    user: z.nullish(z.string()),
    verbosity: z.nullish(z.string()),
    web_search_options: z.nullish(z.looseObject({})),
  })
  .register(z.globalRegistry, { id: 'CreateChatCompletionRequest' });
