import { isObject } from './repair-answer.ts';

/** What one `message` or `delta` says. */
export interface MessageContent {
  /** True where it has something that a caller would notice missing. */
  readonly hasContent: boolean;
  /** Content, refusal, reasoning and the arguments of tools, one after the other. */
  readonly text: string;
}

const textFields = ['content', 'refusal', 'reasoning_content', 'reasoning'] as const;

/** Reads a `message` of an answer or a `delta` of a chunk. */
export function readMessage(message: Record<string, unknown>): MessageContent {
  let text = '';
  let hasContent = false;
  for (const field of textFields) {
    const value = message[field];
    if (typeof value === 'string') text += value;
    // Mistral's reasoning models answer with a list of parts.
    else if (Array.isArray(value)) text += value.map(textOfPart).join('');
  }
  if (Array.isArray(message.tool_calls)) {
    for (const call of message.tool_calls) {
      hasContent = true;
      if (isObject(call)) text += textOfFunction(call.function);
    }
  }
  if (isObject(message.function_call)) {
    hasContent = true;
    text += textOfFunction(message.function_call);
  }
  if (isObject(message.audio)) {
    hasContent = true;
    if (typeof message.audio.transcript === 'string') text += message.audio.transcript;
  }
  return { hasContent: hasContent || text !== '', text };
}

function textOfFunction(called: unknown): string {
  if (!isObject(called)) return '';
  const name = typeof called.name === 'string' ? called.name : '';
  return typeof called.arguments === 'string' ? name + called.arguments : name;
}

function textOfPart(part: unknown): string {
  if (!isObject(part)) return '';
  if (typeof part.text === 'string') return part.text;
  return Array.isArray(part.thinking) ? part.thinking.map(textOfPart).join('') : '';
}
