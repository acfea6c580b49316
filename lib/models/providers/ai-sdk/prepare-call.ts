import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { JsonObject } from '../../../plugin/index.ts';
import { isNothing, isObject } from './json.ts';
import { type AiSdkProviderOptions, mergeProviderOptions } from './options.ts';
import { prepareToolChoice, prepareTools } from './prepare-tools.ts';
import { refuseUnknownFields } from './refuse-unknown-fields.ts';
import { invalidRequest, unsupportedParameter } from './request-error.ts';

type CallSettings = Omit<LanguageModelV4CallOptions, 'prompt'>;
type Translate = (value: unknown, parameter: string) => CallSettings;

/** Effective without us: the gateway's business, or bookkeeping that changes no answer. */
const nothing: Translate = () => ({});

/** Accepts the values that ask for what happens anyway. */
function only(...accepted: readonly unknown[]): Translate {
  const texts = accepted.map((value) => JSON.stringify(value));
  return (value, parameter) => {
    if (texts.includes(JSON.stringify(value))) return {};
    throw unsupportedParameter(parameter, `the provider supports only ${texts.join(' or ')}; leave it out.`);
  };
}

function number(use: (value: number) => CallSettings): Translate {
  return (value, parameter) => {
    if (typeof value !== 'number') throw invalidRequest(parameter, 'expected a number.');
    return use(value);
  };
}

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

const reasoningEffort: Translate = (value, parameter) => {
  const effort = efforts.find((known) => known === value);
  if (effort === undefined) throw unsupportedParameter(parameter, `use one of ${efforts.join(', ')}.`);
  return { reasoning: effort };
};

const stop: Translate = (value, parameter) => {
  const stopSequences = typeof value === 'string' ? [value] : value;
  if (Array.isArray(stopSequences) && stopSequences.every((text) => typeof text === 'string')) {
    return { stopSequences };
  }
  throw invalidRequest(parameter, 'expected a string or an array of strings.');
};

/** `strict` is not passed on: every provider holds the answer to a schema as closely as it can. */
const responseFormat: Translate = (value, parameter) => {
  if (!isObject(value)) throw invalidRequest(parameter, 'expected an object.');
  refuseUnknownFields(value, ['type', 'json_schema'], parameter);
  if (value.type === 'text') return {};
  if (value.type === 'json_object') return { responseFormat: { type: 'json' } };
  const format = value.json_schema;
  if (value.type !== 'json_schema' || !isObject(format)) {
    throw unsupportedParameter(parameter, 'use "text", "json_object" or "json_schema" with a schema.');
  }
  refuseUnknownFields(format, ['name', 'schema', 'strict', 'description'], `${parameter}.json_schema`);
  return {
    responseFormat: {
      type: 'json',
      ...(format.schema === undefined ? {} : { schema: format.schema }),
      ...(typeof format.name === 'string' ? { name: format.name } : {}),
      ...(typeof format.description === 'string' ? { description: format.description } : {}),
    },
  };
};

const streamOptions: Translate = (value, parameter) => {
  if (!isObject(value)) throw invalidRequest(parameter, 'expected an object.');
  const { include_obfuscation: obfuscation, ...rest } = value;
  if (obfuscation === true) only(false)(obfuscation, `${parameter}.include_obfuscation`);
  refuseUnknownFields(rest, ['include_usage'], parameter);
  return {};
};

const translations: ReadonlyMap<string, Translate> = new Map(
  Object.entries({
    model: nothing,
    messages: nothing,
    stream: nothing,
    stream_options: streamOptions,
    // Recorded by the gateway; it changes no answer, nor does a hint on where a prompt may be cached.
    metadata: nothing,
    user: nothing,
    safety_identifier: nothing,
    prompt_cache_key: nothing,

    temperature: number((temperature) => ({ temperature })),
    top_p: number((topP) => ({ topP })),
    max_tokens: number((maxOutputTokens) => ({ maxOutputTokens })),
    max_completion_tokens: number((maxOutputTokens) => ({ maxOutputTokens })),
    // Zero is the default, which clients tend to send; providers without penalties would refuse it.
    presence_penalty: number((presencePenalty) => (presencePenalty === 0 ? {} : { presencePenalty })),
    frequency_penalty: number((frequencyPenalty) => (frequencyPenalty === 0 ? {} : { frequencyPenalty })),
    seed: number((seed) => ({ seed })),
    stop,
    tools: (value) => ({ tools: prepareTools(value) }),
    tool_choice: (value) => ({ toolChoice: prepareToolChoice(value) }),
    response_format: responseFormat,
    reasoning_effort: reasoningEffort,

    n: only(1),
    store: only(false),
    logprobs: only(false),
    top_logprobs: only(0),
    parallel_tool_calls: only(true),
    modalities: only(['text']),
    service_tier: only('auto', 'default'),
  }),
);

/**
 * Translates the parameters of a chat completion, all but its messages. A parameter that is null or empty counts as
 * left out.
 *
 * @throws UpstreamError `unsupported_parameter` for anything that the provider would not honour, unknown fields
 *   included; `invalid_request` for a value of the wrong type.
 */
export function prepareCall(body: JsonObject, modelId: string, options: AiSdkProviderOptions): CallSettings {
  const rules = new Map(Object.entries(options.parameters ?? {}));
  let settings: CallSettings = {};
  let providerOptions = options.providerOptions?.(body, modelId) ?? {};
  for (const [parameter, value] of Object.entries(body)) {
    if (isNothing(value)) continue;
    const ruling = rules.get(parameter)?.(value, modelId);
    if (typeof ruling === 'string') throw unsupportedParameter(parameter, ruling);
    if (ruling !== undefined) {
      providerOptions = mergeProviderOptions(providerOptions, ruling);
      continue;
    }
    const translate = translations.get(parameter);
    if (!translate) {
      throw unsupportedParameter(parameter, 'this parameter is not supported by the provider; leave it out.');
    }
    settings = { ...settings, ...translate(value, parameter) };
  }
  return Object.keys(providerOptions).length === 0 ? settings : { ...settings, providerOptions };
}
