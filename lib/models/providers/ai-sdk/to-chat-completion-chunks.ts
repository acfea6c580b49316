import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { type StreamEvent, UpstreamError } from '../../../plugin/index.ts';
import type { AnswerHead } from './answer-head.ts';
import { convertUsage, toOpenAiUsage } from './convert-usage.ts';
import { mapFinishReason } from './map-finish-reason.ts';
import { ReasoningBlocks } from './reasoning-blocks.ts';
import { toImage } from './to-message-parts.ts';
import { ToolCallDeltas } from './tool-call-deltas.ts';

type Delta = Readonly<Record<string, unknown>>;
type Finish = Extract<LanguageModelV4StreamPart, { type: 'finish' }>;

export interface ChunkOptions {
  /** Begins every error message. */
  readonly providerName: string;
  /** True where the caller asked for usage: then every other chunk says `usage: null`. */
  readonly includeUsage: boolean;
}

/**
 * Converts a model's stream to chat completion chunks. The first one carries the role; an answer ends with its finish
 * reason and then, if the provider reported usage, a chunk without choices that carries it.
 *
 * @throws UpstreamError `cut` where the stream ends without having finished; what `parts` throws; and the value of an
 *   error part, as it is.
 */
export async function* toChatCompletionChunks(
  parts: AsyncIterable<LanguageModelV4StreamPart>,
  head: AnswerHead,
  options: ChunkOptions,
): AsyncGenerator<StreamEvent, void, undefined> {
  const chunks = new ChunkWriter(head, options);
  const toolCalls = new ToolCallDeltas();
  const reasoning = new ReasoningBlocks();
  for await (const part of parts) {
    switch (part.type) {
      case 'response-metadata':
        if (part.modelId !== undefined) chunks.nameModel(part.modelId);
        break;
      case 'text-delta':
        if (part.delta !== '') yield chunks.content({ content: part.delta }, part.delta);
        break;
      case 'reasoning-start':
      case 'reasoning-delta':
        reasoning.add(part);
        if (part.type === 'reasoning-delta' && part.delta !== '') {
          yield chunks.content({ reasoning_content: part.delta }, part.delta);
        }
        break;
      case 'reasoning-end': {
        const detail = reasoning.end(part);
        if (detail) yield chunks.content({ reasoning_details: [detail] }, '');
        break;
      }
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-call':
        for (const { delta, text } of toolCalls.read(part))
          yield chunks.content({ tool_calls: [delta] }, text);
        break;
      case 'file':
        yield chunks.content({ images: [toImage(part)] }, '');
        break;
      case 'finish':
        yield* chunks.finish(part, toolCalls.any());
        return;
      case 'error':
        throw part.error;
    }
  }
  throw new UpstreamError('cut', `${options.providerName}: the stream ended before the answer did`);
}

class ChunkWriter {
  private hasRole = false;
  private head: AnswerHead;
  private readonly options: ChunkOptions;

  constructor(head: AnswerHead, options: ChunkOptions) {
    this.head = head;
    this.options = options;
  }

  /** The provider's own name of the model; all chunks have the same, so it counts only before the first. */
  nameModel(model: string): void {
    if (!this.hasRole) this.head = { ...this.head, model };
  }

  content(delta: Delta, text: string): StreamEvent {
    return { bytes: this.choice(delta, null), hasContent: true, text, usageOnly: false };
  }

  *finish({ finishReason: reason, usage: reported }: Finish, hasToolCalls: boolean): Generator<StreamEvent> {
    const finishReason = mapFinishReason(reason, hasToolCalls, this.options.providerName);
    const usage = convertUsage(reported);
    yield {
      bytes: this.choice({}, finishReason),
      hasContent: false,
      text: '',
      usageOnly: false,
      finishReason,
    };
    if (usage === null) return;
    const bytes = this.encode({ choices: [], usage: toOpenAiUsage(usage) });
    yield { bytes, hasContent: false, text: '', usageOnly: true, usage };
  }

  private choice(delta: Delta, finishReason: string | null): Uint8Array {
    const role = this.hasRole
      ? {}
      : { role: 'assistant', content: delta.tool_calls === undefined ? '' : null };
    this.hasRole = true;
    return this.encode({
      choices: [{ index: 0, delta: { ...role, ...delta }, logprobs: null, finish_reason: finishReason }],
      ...(this.options.includeUsage ? { usage: null } : {}),
    });
  }

  private encode(rest: Readonly<Record<string, unknown>>): Uint8Array {
    return Buffer.from(
      `data: ${JSON.stringify({ ...this.head, object: 'chat.completion.chunk', ...rest })}\n\n`,
    );
  }
}
