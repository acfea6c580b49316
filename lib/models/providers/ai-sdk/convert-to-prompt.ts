import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
} from '@ai-sdk/provider';
import { convertAssistantMessage } from './convert-assistant-message.ts';
import { convertFilePart, type SupportedUrls } from './convert-file-part.ts';
import { joinText, textOfPart } from './join-text.ts';
import { isObject, type UnknownObject } from './json.ts';
import { refuseUnknownFields } from './refuse-unknown-fields.ts';
import { invalidRequest, unsupportedParameter } from './request-error.ts';

type UserPart = LanguageModelV4TextPart | LanguageModelV4FilePart;

/**
 * Converts OpenAI's messages to an AI SDK prompt. Empty messages are left out: several providers refuse them.
 *
 * @throws UpstreamError `unsupported_parameter` or `invalid_request`, naming the place.
 */
export function convertToPrompt(messages: unknown, supportedUrls: SupportedUrls): LanguageModelV4Prompt {
  if (!Array.isArray(messages)) throw invalidRequest('messages', 'expected an array.');
  const toolNames = new Map<string, string>();
  const prompt: LanguageModelV4Prompt = [];
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (!isObject(message)) throw invalidRequest(path, 'expected an object.');
    const converted = convertMessage(message, path, supportedUrls, toolNames);
    if (converted.content.length > 0) prompt.push(converted);
  }
  return prompt;
}

function convertMessage(
  message: UnknownObject,
  path: string,
  supportedUrls: SupportedUrls,
  toolNames: Map<string, string>,
): LanguageModelV4Message {
  switch (message.role) {
    case 'system':
    case 'developer':
      refuseUnknownFields(message, ['role', 'content'], path);
      return { role: 'system', content: joinText(message.content, `${path}.content`) };
    case 'user':
      refuseUnknownFields(message, ['role', 'content'], path);
      return { role: 'user', content: convertUserContent(message.content, `${path}.content`, supportedUrls) };
    case 'assistant':
      return convertAssistantMessage(message, path, toolNames);
    case 'tool':
      return convertToolMessage(message, path, toolNames);
    default:
      throw unsupportedParameter(
        `${path}.role`,
        'the provider takes the roles system, developer, user, assistant and tool.',
      );
  }
}

function convertUserContent(content: unknown, path: string, supportedUrls: SupportedUrls): UserPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (!Array.isArray(content)) throw invalidRequest(path, 'expected a string or an array of parts.');
  const parts: UserPart[] = [];
  for (const [index, part] of content.entries()) {
    const place = `${path}[${index}]`;
    if (!isObject(part)) throw invalidRequest(place, 'expected an object.');
    if (part.type !== 'text') {
      parts.push(convertFilePart(part, place, supportedUrls));
      continue;
    }
    const text = textOfPart(part, place);
    if (text !== '') parts.push({ type: 'text', text });
  }
  return parts;
}

function convertToolMessage(
  message: UnknownObject,
  path: string,
  toolNames: ReadonlyMap<string, string>,
): LanguageModelV4Message {
  // The function's name, which older clients add, is known from the call.
  refuseUnknownFields(message, ['role', 'content', 'tool_call_id', 'name'], path);
  const toolCallId = message.tool_call_id;
  if (typeof toolCallId !== 'string') throw invalidRequest(`${path}.tool_call_id`, 'expected a string.');
  const toolName = toolNames.get(toolCallId);
  if (toolName === undefined) {
    throw invalidRequest(`${path}.tool_call_id`, 'no earlier assistant message has a tool call of this id.');
  }
  const value = joinText(message.content, `${path}.content`);
  return {
    role: 'tool',
    content: [{ type: 'tool-result', toolCallId, toolName, output: { type: 'text', value } }],
  };
}
