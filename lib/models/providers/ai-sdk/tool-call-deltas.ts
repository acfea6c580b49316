import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { toMetadata } from './to-message-parts.ts';

type ToolPart = Extract<
  LanguageModelV4StreamPart,
  { type: 'tool-input-start' | 'tool-input-delta' | 'tool-call' }
>;

/** A piece of a tool call, and the text that it adds to the answer. */
export interface ToolCallDelta {
  readonly delta: Readonly<Record<string, unknown>>;
  readonly text: string;
}

interface OpenCall {
  readonly index: number;
  /** True where the pieces are no JSON, so that only the whole input can be passed on. */
  readonly withheld: boolean;
  sent: string;
}

/**
 * Turns the parts of tool calls into OpenAI's deltas: the first names the call, the others add to its arguments. Some
 * providers send a call only as a whole, some with its pieces before; calls may run in parallel, each has an index.
 */
export class ToolCallDeltas {
  private readonly calls = new Map<string, OpenCall>();
  /** Calls that the provider runs itself are no business of the caller's. */
  private readonly foreign = new Set<string>();

  /** True once there was a tool call. */
  any(): boolean {
    return this.calls.size > 0;
  }

  read(part: ToolPart): ToolCallDelta[] {
    switch (part.type) {
      case 'tool-input-start':
        if (part.providerExecuted === true) {
          this.foreign.add(part.id);
          return [];
        }
        return [this.open(part.id, part.toolName, part.inputEncoding === 'text')];
      case 'tool-input-delta':
        return this.add(part.id, part.delta);
      case 'tool-call':
        return part.providerExecuted === true ? [] : this.close(part);
    }
  }

  private open(id: string, name: string, withheld: boolean): ToolCallDelta {
    const index = this.calls.size;
    this.calls.set(id, { index, withheld, sent: '' });
    return { delta: { index, id, type: 'function', function: { name, arguments: '' } }, text: name };
  }

  private add(id: string, text: string): ToolCallDelta[] {
    const call = this.calls.get(id);
    if (!call || call.withheld || text === '') return [];
    call.sent += text;
    return [{ delta: { index: call.index, function: { arguments: text } }, text }];
  }

  /** The whole input: what of it was not sent yet follows, such as the `{}` of a call without arguments. */
  private close(part: Extract<ToolPart, { type: 'tool-call' }>): ToolCallDelta[] {
    const opened = this.calls.has(part.toolCallId) ? [] : [this.open(part.toolCallId, part.toolName, false)];
    const call = this.calls.get(part.toolCallId);
    if (!call) return [];
    const rest = call.sent === '' ? part.input : '';
    const metadata = toMetadata(part.providerMetadata);
    if (rest === '' && part.providerMetadata === undefined) return opened;
    const delta = { index: call.index, function: { arguments: rest }, ...metadata };
    return [...opened, { delta, text: rest }];
  }
}
