import type {
  LanguageModelV4Message,
  LanguageModelV4ReasoningPart,
  LanguageModelV4ToolCallPart,
} from '@ai-sdk/provider';
import { joinText } from './join-text.ts';
import { isObject, type UnknownObject } from './json.ts';
import type { ProviderOptions } from './options.ts';
import { refuseUnknownFields } from './refuse-unknown-fields.ts';
import { invalidRequest, unsupportedParameter } from './request-error.ts';

type AssistantMessage = Extract<LanguageModelV4Message, { role: 'assistant' }>;

/**
 * `reasoning_content` is for reading: without the provider's signature, which `reasoning_details` holds, no model
 * accepts it back.
 */
const known = ['role', 'content', 'refusal', 'tool_calls', 'reasoning_content', 'reasoning_details'];

/**
 * Converts an assistant's message of OpenAI's format, and remembers the names of the tools that it calls.
 *
 * @param toolNames by the id of the call; added to
 * @throws UpstreamError `unsupported_parameter` or `invalid_request`.
 */
export function convertAssistantMessage(
  message: UnknownObject,
  path: string,
  toolNames: Map<string, string>,
): AssistantMessage {
  refuseUnknownFields(message, known, path);
  const refusal = typeof message.refusal === 'string' ? message.refusal : '';
  const text = joinText(message.content, `${path}.content`) || refusal;
  const content: AssistantMessage['content'] = [
    ...listIn(message, 'reasoning_details', path).map((detail) => convertReasoning(detail)),
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
  ];
  for (const [index, call] of listIn(message, 'tool_calls', path).entries()) {
    const part = convertToolCall(call, `${path}.tool_calls[${index}]`);
    toolNames.set(part.toolCallId, part.toolName);
    content.push(part);
  }
  return { role: 'assistant', content };
}

function convertReasoning(detail: UnknownObject): LanguageModelV4ReasoningPart {
  return {
    type: 'reasoning',
    text: typeof detail.text === 'string' ? detail.text : '',
    ...metadataOf(detail.provider_metadata),
  };
}

function convertToolCall(call: UnknownObject, path: string): LanguageModelV4ToolCallPart {
  refuseUnknownFields(call, ['id', 'type', 'index', 'function', 'provider_metadata'], path);
  const called = call.function;
  if (call.type !== 'function' || !isObject(called)) {
    throw unsupportedParameter(`${path}.type`, 'only function tools are supported by the provider.');
  }
  if (typeof call.id !== 'string') throw invalidRequest(`${path}.id`, 'expected a string.');
  if (typeof called.name !== 'string') throw invalidRequest(`${path}.function.name`, 'expected a string.');
  return {
    type: 'tool-call',
    toolCallId: call.id,
    toolName: called.name,
    input: parseArguments(called.arguments, `${path}.function.arguments`),
    ...metadataOf(call.provider_metadata),
  };
}

function parseArguments(text: unknown, path: string): unknown {
  if (text === undefined || text === null || text === '') return {};
  try {
    return JSON.parse(String(text));
  } catch {
    throw invalidRequest(path, 'expected a JSON text.');
  }
}

/** What the provider gave with its answer and needs to see again: the signatures of reasoning and of tool calls. */
function metadataOf(metadata: unknown): { providerOptions?: ProviderOptions } {
  if (!isObject(metadata) || !Object.values(metadata).every(isObject)) return {};
  return { providerOptions: metadata as ProviderOptions };
}

function listIn(message: UnknownObject, key: string, path: string): UnknownObject[] {
  const list = message[key] ?? [];
  if (!Array.isArray(list) || !list.every(isObject)) {
    throw invalidRequest(`${path}.${key}`, 'expected an array of objects.');
  }
  return list;
}
