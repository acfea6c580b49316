import type { LanguageModelV4FunctionTool, LanguageModelV4ToolChoice } from '@ai-sdk/provider';
import { isObject, type UnknownObject } from './json.ts';
import { refuseUnknownFields } from './refuse-unknown-fields.ts';
import { invalidRequest, unsupportedParameter } from './request-error.ts';

const onlyFunctions = 'only function tools are supported by the provider.';

/** Converts OpenAI's `tools`. `strict: false` is the default everywhere and so not passed on. */
export function prepareTools(tools: unknown): LanguageModelV4FunctionTool[] {
  if (!Array.isArray(tools)) throw invalidRequest('tools', 'expected an array.');
  return tools.map((tool: unknown, index) => {
    const path = `tools[${index}]`;
    if (!isObject(tool)) throw invalidRequest(path, 'expected an object.');
    if (tool.type !== 'function' || !isObject(tool.function)) {
      throw unsupportedParameter(`${path}.type`, onlyFunctions);
    }
    refuseUnknownFields(tool, ['type', 'function'], path);
    return prepareFunction(tool.function, `${path}.function`);
  });
}

function prepareFunction(definition: UnknownObject, path: string): LanguageModelV4FunctionTool {
  refuseUnknownFields(definition, ['name', 'description', 'parameters', 'strict'], path);
  if (typeof definition.name !== 'string') throw invalidRequest(`${path}.name`, 'expected a string.');
  return {
    type: 'function',
    name: definition.name,
    // A function without parameters takes none; providers want that said.
    inputSchema: definition.parameters ?? { type: 'object', properties: {} },
    ...(typeof definition.description === 'string' ? { description: definition.description } : {}),
    ...(definition.strict === true ? { strict: true } : {}),
  };
}

/** Converts OpenAI's `tool_choice`. */
export function prepareToolChoice(choice: unknown): LanguageModelV4ToolChoice {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice };
  if (isObject(choice) && choice.type === 'function' && isObject(choice.function)) {
    refuseUnknownFields(choice, ['type', 'function'], 'tool_choice');
    const { name } = choice.function;
    if (typeof name !== 'string') throw invalidRequest('tool_choice.function.name', 'expected a string.');
    return { type: 'tool', toolName: name };
  }
  throw unsupportedParameter(
    'tool_choice',
    'the provider takes "auto", "none", "required" or one function; to allow some tools only, send only those.',
  );
}
