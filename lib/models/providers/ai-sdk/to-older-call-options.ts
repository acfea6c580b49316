import type {
  LanguageModelV2CallOptions,
  LanguageModelV2FunctionTool,
  LanguageModelV2Prompt,
  LanguageModelV3CallOptions,
  LanguageModelV3Prompt,
  LanguageModelV4CallOptions,
  LanguageModelV4Prompt,
  SharedV2ProviderOptions,
} from '@ai-sdk/provider';
import { unsupportedParameter } from './request-error.ts';

/**
 * Version 3 has a file's data untagged and no common setting for reasoning.
 *
 * @throws UpstreamError `unsupported_parameter` for what the version has no place for.
 */
export function toV3CallOptions(options: LanguageModelV4CallOptions): LanguageModelV3CallOptions {
  const { prompt, tools, reasoning, ...rest } = options;
  if (reasoning !== undefined) {
    throw unsupportedParameter(
      'reasoning_effort',
      'this parameter is not supported by the provider; leave it out.',
    );
  }
  return {
    ...rest,
    prompt: untagFiles(prompt),
    ...(tools === undefined ? {} : { tools }),
  };
}

/** Version 2 has, beside that, no strict tools. */
export function toV2CallOptions(options: LanguageModelV4CallOptions): LanguageModelV2CallOptions {
  const { prompt, tools = [], providerOptions, ...rest } = toV3CallOptions(options);
  return {
    ...rest,
    // The parts that we send are the same in both versions.
    prompt: prompt as LanguageModelV2Prompt,
    ...(tools.length === 0 ? {} : { tools: tools.map(withoutStrict) }),
    // Version 3 only adds that a value may be undefined, which JSON leaves out.
    ...(providerOptions === undefined ? {} : { providerOptions: providerOptions as SharedV2ProviderOptions }),
  };
}

function withoutStrict(
  tool: NonNullable<LanguageModelV3CallOptions['tools']>[number],
  index: number,
): LanguageModelV2FunctionTool {
  if (tool.type !== 'function') throw new TypeError('only function tools are translated');
  const { strict, type, name, description, inputSchema } = tool;
  if (strict === true) {
    throw unsupportedParameter(
      `tools[${index}].function.strict`,
      'strict tools are not supported by the provider; leave it out.',
    );
  }
  return { type, name, inputSchema, ...(description === undefined ? {} : { description }) };
}

function untagFiles(prompt: LanguageModelV4Prompt): LanguageModelV3Prompt {
  return prompt.map((message) => {
    if (message.role !== 'user') return message as LanguageModelV3Prompt[number];
    return {
      ...message,
      content: message.content.map((part) => {
        if (part.type !== 'file') return part;
        const { data } = part;
        if (data.type !== 'data' && data.type !== 'url') {
          throw new TypeError(`files of type ${data.type} are not translated`);
        }
        return { ...part, data: data.type === 'data' ? data.data : data.url };
      }),
    };
  });
}
