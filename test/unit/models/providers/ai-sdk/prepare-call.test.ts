import { describe, expect, it } from 'vitest';
import type { AiSdkProviderOptions } from '../../../../../lib/models/providers/ai-sdk/options.ts';
import { prepareCall } from '../../../../../lib/models/providers/ai-sdk/prepare-call.ts';

const options: AiSdkProviderOptions = {
  providerName: 'test',
  languageModel: () => Promise.reject(new Error('not called')),
};
const prepare = (body: Record<string, unknown>, rules: Partial<AiSdkProviderOptions> = {}) =>
  prepareCall(body, 'the-model', { ...options, ...rules });

const schema = { type: 'object', properties: { a: { type: 'string' } } };
const weather = { name: 'get_weather', description: 'The weather.', parameters: schema };

describe('a parameter becomes a setting of the AI SDK', () => {
  it.each([
    [{ temperature: 0 }, { temperature: 0 }],
    [{ top_p: 0.5 }, { topP: 0.5 }],
    [{ max_tokens: 10 }, { maxOutputTokens: 10 }],
    [{ max_completion_tokens: 10 }, { maxOutputTokens: 10 }],
    [{ presence_penalty: 0.5 }, { presencePenalty: 0.5 }],
    [{ frequency_penalty: -1 }, { frequencyPenalty: -1 }],
    [{ seed: 0 }, { seed: 0 }],
    [{ stop: '\n' }, { stopSequences: ['\n'] }],
    [{ stop: ['a', 'b'] }, { stopSequences: ['a', 'b'] }],
    [{ reasoning_effort: 'high' }, { reasoning: 'high' }],
    [{ response_format: { type: 'text' } }, {}],
    [{ response_format: { type: 'json_object' } }, { responseFormat: { type: 'json' } }],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } } },
      { responseFormat: { type: 'json', name: 'x', schema } },
    ],
    [
      { tools: [{ type: 'function', function: { ...weather, strict: true } }] },
      {
        tools: [
          {
            type: 'function',
            name: 'get_weather',
            description: 'The weather.',
            inputSchema: schema,
            strict: true,
          },
        ],
      },
    ],
    [
      { tools: [{ type: 'function', function: { name: 'now', strict: false } }] },
      { tools: [{ type: 'function', name: 'now', inputSchema: { type: 'object', properties: {} } }] },
    ],
    [{ tool_choice: 'required' }, { toolChoice: { type: 'required' } }],
    [{ tool_choice: 'none' }, { toolChoice: { type: 'none' } }],
    [
      { tool_choice: { type: 'function', function: { name: 'now' } } },
      { toolChoice: { type: 'tool', toolName: 'now' } },
    ],
  ])('%j', (body, settings) => {
    expect(prepare(body)).toEqual(settings);
  });
});

describe('a parameter that asks for what happens anyway is accepted', () => {
  it.each([
    { model: 'alias', messages: [], stream: true, stream_options: { include_usage: true } },
    { user: 'u', safety_identifier: 's', metadata: { a: 'b' }, prompt_cache_key: 'k' },
    { n: 1, logprobs: false, top_logprobs: 0, store: false, logit_bias: {}, modalities: ['text'] },
    { parallel_tool_calls: true, service_tier: 'auto', presence_penalty: 0, frequency_penalty: 0 },
    { temperature: null, audio: null, web_search_options: null, tools: [], stop: null },
    { stream_options: { include_obfuscation: false } },
  ])('%j', (body) => {
    expect(prepare(body)).toEqual({});
  });
});

describe('a parameter that would not be honoured is refused by its name', () => {
  it.each([
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['top_logprobs', { top_logprobs: 5 }],
    ['logit_bias', { logit_bias: { 50256: -100 } }],
    ['audio', { audio: { voice: 'alloy', format: 'wav' } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['prediction', { prediction: { type: 'content', content: 'x' } }],
    ['web_search_options', { web_search_options: { search_context_size: 'low' } }],
    ['store', { store: true }],
    ['service_tier', { service_tier: 'flex' }],
    ['verbosity', { verbosity: 'low' }],
    ['functions', { functions: [weather] }],
    ['function_call', { function_call: 'auto' }],
    ['parallel_tool_calls', { parallel_tool_calls: false }],
    ['reasoning_effort', { reasoning_effort: 'extreme' }],
    ['top_k', { top_k: 40 }],
    ['constructor', { constructor: 'x' }],
    ['__proto__', JSON.parse('{"__proto__": "x"}')],
    ['stream_options.include_obfuscation', { stream_options: { include_obfuscation: true } }],
    ['stream_options.other', { stream_options: { other: 1 } }],
    ['tool_choice', { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } } }],
    ['tools[0].type', { tools: [{ type: 'custom', custom: { name: 'x' } }] }],
    ['tools[0].function.other', { tools: [{ type: 'function', function: { ...weather, other: 1 } }] }],
    ['response_format', { response_format: { type: 'grammar' } }],
    [
      'response_format.json_schema.other',
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema, other: 1 } } },
    ],
  ])('%s', (param, body) => {
    expect(() => prepare(body)).toThrow(
      expect.objectContaining({
        errorClass: 'unsupported_parameter',
        status: 400,
        detail: {
          param,
          code: 'unsupported_parameter',
          type: 'invalid_request_error',
          message: expect.stringContaining(param),
        },
      }),
    );
  });
});

describe('a value of the wrong type is an invalid request', () => {
  it.each([
    ['temperature', { temperature: 'hot' }],
    ['stop', { stop: 7 }],
    ['stop', { stop: ['a', 7] }],
    ['tools', { tools: 'all' }],
    ['tools[0]', { tools: ['all'] }],
    ['tools[0].function.name', { tools: [{ type: 'function', function: {} }] }],
    ['tool_choice.function.name', { tool_choice: { type: 'function', function: {} } }],
    ['response_format', { response_format: 'json' }],
  ])('%s: %j', (param, body) => {
    expect(() => prepare(body)).toThrow(
      expect.objectContaining({ errorClass: 'invalid_request', detail: expect.objectContaining({ param }) }),
    );
  });
});

describe("a provider's own rule", () => {
  it('sends options instead of a setting, beside those that always go with a request', () => {
    const settings = prepare(
      { parallel_tool_calls: false },
      {
        parameters: { parallel_tool_calls: () => ({ test: { parallel: false } }) },
        providerOptions: () => ({ test: { always: true } }),
      },
    );

    expect(settings).toEqual({ providerOptions: { test: { always: true, parallel: false } } });
  });

  it('refuses with its own advice', () => {
    const parameters = { seed: () => 'there is no seed.' };

    expect(() => prepare({ seed: 1 }, { parameters })).toThrow('seed: there is no seed.');
  });

  it('leaves what it has no opinion on to the general translation', () => {
    const parameters = { seed: () => undefined };

    expect(prepare({ seed: 1 }, { parameters })).toEqual({ seed: 1 });
  });
});
