/** One text of an answer and the place to write it back to. */
export interface AnswerText {
  /** Tells the texts of one message, or of all deltas of one choice, apart. */
  readonly channel: string;
  readonly text: string;
  /** True for the arguments of a tool: the text is JSON, whole or in pieces. */
  readonly isJson: boolean;
  readonly write: (text: string) => void;
}

const fields = ['content', 'refusal', 'reasoning_content', 'reasoning'] as const;

/** The texts of a `message` or of a `delta`: what is said, thought and refused, and the arguments of tools. */
export function answerTexts(message: Record<string, unknown>): readonly AnswerText[] {
  const texts: AnswerText[] = [];
  const add = (holder: Record<string, unknown>, key: string, channel: string, isJson = false) => {
    const text = holder[key];
    if (typeof text !== 'string' || text === '') return;
    const write = (changed: string) => {
      holder[key] = changed;
    };
    texts.push({ channel, text, isJson, write });
  };
  const addParts = (parts: readonly unknown[], channel: string) => {
    for (const part of parts.filter(isObject)) {
      add(part, 'text', channel);
      if (Array.isArray(part.thinking)) addParts(part.thinking, `${channel}.thinking`);
    }
  };
  for (const field of fields) {
    const value = message[field];
    if (Array.isArray(value)) addParts(value, field);
    else add(message, field, field);
  }
  if (isObject(message.audio)) add(message.audio, 'transcript', 'audio');
  if (isObject(message.function_call)) add(message.function_call, 'arguments', 'function_call', true);
  if (Array.isArray(message.tool_calls)) {
    for (const [position, call] of message.tool_calls.entries()) {
      if (!isObject(call)) continue;
      const channel = `tool_calls.${typeof call.index === 'number' ? call.index : position}`;
      if (isObject(call.function)) add(call.function, 'arguments', channel, true);
      if (isObject(call.custom)) add(call.custom, 'input', channel);
    }
  }
  return texts;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
