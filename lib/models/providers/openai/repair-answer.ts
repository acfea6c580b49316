import type { FinishReason } from '../../../plugin/index.ts';

type MutableObject = Record<string, unknown>;

/** What an answer is given where the upstream left it out; the same for all chunks of one stream. */
export interface AnswerDefaults {
  readonly object: 'chat.completion' | 'chat.completion.chunk';
  readonly model: string;
  id?: string;
  created?: number;
}

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  function_call: 'function_call',
  max_tokens: 'length',
  model_length: 'length',
  MAX_TOKENS: 'length',
  tool_use: 'tool_calls',
  tool_call: 'tool_calls',
  safety: 'content_filter',
  SAFETY: 'content_filter',
  refusal: 'content_filter',
};

/**
 * Fills in what clients rely on and an upstream left out: `id`, `object`, `created`, `model`, and of each choice its
 * `index`, its `delta` or `message` and a finish reason of the five that exist. Changes the parsed answer in place.
 *
 * @returns true where something had to be changed; false means that the upstream's own bytes are right as they are.
 */
export function repairAnswer(
  answer: MutableObject,
  choices: readonly unknown[],
  defaults: AnswerDefaults,
): boolean {
  let changed = false;
  const set = (object: MutableObject, key: string, value: unknown) => {
    object[key] = value;
    changed = true;
  };
  if (typeof answer.id !== 'string' || answer.id === '') {
    defaults.id ??= `chatcmpl-${crypto.randomUUID()}`;
    set(answer, 'id', defaults.id);
  } else defaults.id ??= answer.id;
  if (typeof answer.created !== 'number') {
    defaults.created ??= Math.floor(Date.now() / 1_000);
    set(answer, 'created', defaults.created);
  } else defaults.created ??= answer.created;
  if (typeof answer.model !== 'string') set(answer, 'model', defaults.model);
  if (answer.object !== defaults.object) set(answer, 'object', defaults.object);
  if (answer.choices !== choices) set(answer, 'choices', choices);

  const part = defaults.object === 'chat.completion' ? 'message' : 'delta';
  for (let position = 0; position < choices.length; position++) {
    const choice = choices[position];
    if (!isObject(choice)) continue;
    if (typeof choice.index !== 'number') set(choice, 'index', position);
    if (!isObject(choice[part]))
      set(choice, part, part === 'delta' ? {} : { role: 'assistant', content: null });
    const reason = choice.finish_reason;
    if (reason !== null && reason !== undefined) {
      const known = knownFinishReason(reason);
      if (known !== reason) set(choice, 'finish_reason', known);
    }
  }
  return changed;
}

/** Maps other dialects' reasons; an unknown one means that the model stopped, an empty one that it has not yet. */
function knownFinishReason(reason: unknown): FinishReason | null {
  if (reason === '') return null;
  return (typeof reason === 'string' && finishReasons[reason]) || 'stop';
}

export function isObject(value: unknown): value is MutableObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
