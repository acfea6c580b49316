import type { FinishReason } from '../../plugin/index.ts';

/**
 * True of an answer that can be given again: complete, and nothing but what it says. A call of a tool is something to
 * be done, once; an answer that was cut short, by a filter or a length, may not be the next time.
 */
export function isRepeatable(
  body: Uint8Array,
  isStream: boolean,
  finishReasons: readonly FinishReason[],
): boolean {
  if (finishReasons.some((reason) => reason !== 'stop')) return false;
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  // Where a tool was forced, OpenAI ends with `stop`. Most answers need no closer look.
  if (!text.includes('"tool_calls"') && !text.includes('"function_call"')) return true;
  const documents = isStream ? eventsOf(text) : [text];
  try {
    return !documents.some((document) => callsTool(JSON.parse(document)));
  } catch {
    return false;
  }
}

function eventsOf(stream: string): readonly string[] {
  return stream
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trim())
    .filter((data) => data !== '[DONE]');
}

interface Choice {
  readonly message?: ToolUse | null;
  readonly delta?: ToolUse | null;
}

interface ToolUse {
  readonly tool_calls?: readonly unknown[] | null;
  readonly function_call?: unknown;
}

function callsTool(document: { readonly choices?: readonly Choice[] }): boolean {
  return (document.choices ?? []).some(({ message, delta }) => {
    const { tool_calls: calls, function_call: call } = message ?? delta ?? {};
    return (calls?.length ?? 0) > 0 || (call !== undefined && call !== null);
  });
}
