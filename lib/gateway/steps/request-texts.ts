import type { JsonObject, Operation } from '../../plugin/index.ts';
import type { GuardedRole } from '../../policy/index.ts';

/** The texts of a request that guardrails see. Images, sounds and files are none. */
export interface RequestTexts {
  readonly texts: readonly string[];
  /** Whose they are, one for each. */
  readonly roles: readonly GuardedRole[];
  /** The request with other texts in their places; what does not change is shared with the original. */
  readonly withTexts: (texts: readonly string[]) => JsonObject;
}

type Path = readonly (string | number)[];

const roleNames: Readonly<Record<string, GuardedRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Collects what a request says: its messages, instructions and prompt, or the texts that it wants embedded. */
export function requestTexts(body: JsonObject, operation: Operation): RequestTexts {
  const texts: string[] = [];
  const roles: GuardedRole[] = [];
  const paths: Path[] = [];
  const add = (text: unknown, role: GuardedRole, path: Path) => {
    if (typeof text !== 'string' || text === '') return;
    texts.push(text);
    roles.push(role);
    paths.push(path);
  };
  const addContent = (content: unknown, role: GuardedRole, path: Path) => {
    if (typeof content === 'string') return add(content, role, path);
    if (!Array.isArray(content)) return;
    for (const [index, part] of content.entries()) {
      if (typeof part === 'string') add(part, role, [...path, index]);
      else if (isObject(part)) {
        add(part.text, role, [...path, index, 'text']);
        add(part.refusal, role, [...path, index, 'refusal']);
      }
    }
  };
  const addItems = (items: unknown, path: Path) => {
    if (!Array.isArray(items)) return;
    for (const [index, item] of items.entries()) {
      if (!isObject(item)) continue;
      const at = [...path, index];
      const role =
        roleNames[String(item.role)] ?? (item.type === 'function_call_output' ? 'tool' : 'assistant');
      addContent(item.content, role, [...at, 'content']);
      addContent(item.output, role, [...at, 'output']);
      add(item.refusal, role, [...at, 'refusal']);
      add(item.arguments, role, [...at, 'arguments']);
      if (isObject(item.function_call)) {
        add(item.function_call.arguments, role, [...at, 'function_call', 'arguments']);
      }
      if (!Array.isArray(item.tool_calls)) continue;
      for (const [number, call] of item.tool_calls.entries()) {
        if (!isObject(call) || !isObject(call.function)) continue;
        add(call.function.arguments, role, [...at, 'tool_calls', number, 'function', 'arguments']);
      }
    }
  };
  if (operation === 'embeddings') addContent(body.input, 'data', ['input']);
  else {
    addItems(body.messages, ['messages']);
    add(body.instructions, 'system', ['instructions']);
    addContent(body.prompt, 'user', ['prompt']);
    if (typeof body.input === 'string') add(body.input, 'user', ['input']);
    else addItems(body.input, ['input']);
  }
  return {
    texts,
    roles,
    withTexts: (changed) => {
      let copy: unknown = body;
      for (const [index, path] of paths.entries()) {
        if (changed[index] !== texts[index]) copy = put(copy, path, changed[index]);
      }
      return copy as JsonObject;
    },
  };
}

function put(value: unknown, path: Path, text: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return text;
  if (Array.isArray(value)) return value.with(Number(key), put(value[Number(key)], rest, text));
  const object = isObject(value) ? value : {};
  return { ...object, [key]: put(object[key], rest, text) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
