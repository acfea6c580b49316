import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { toMetadata } from './to-message-parts.ts';

type ReasoningPart = Extract<
  LanguageModelV4StreamPart,
  { type: 'reasoning-start' | 'reasoning-delta' | 'reasoning-end' }
>;

/**
 * Collects each block of reasoning with the signature that its provider gives it. A client that sends the block back
 * in `reasoning_details` lets the model go on with its thoughts after a tool call.
 */
export class ReasoningBlocks {
  private readonly blocks = new Map<
    string,
    { text: string; metadata: SharedV4ProviderMetadata | undefined }
  >();
  private ended = 0;

  add(part: ReasoningPart): void {
    const block = this.blocks.get(part.id) ?? { text: '', metadata: undefined };
    if (part.type === 'reasoning-delta') block.text += part.delta;
    // A signature comes with the last delta that has metadata, or with the end.
    block.metadata = part.providerMetadata ?? block.metadata;
    this.blocks.set(part.id, block);
  }

  /** @returns undefined for a block without a signature: nothing could be done with it. */
  end(part: Extract<ReasoningPart, { type: 'reasoning-end' }>) {
    this.add(part);
    const block = this.blocks.get(part.id);
    this.blocks.delete(part.id);
    const index = this.ended++;
    if (block?.metadata === undefined) return undefined;
    return { type: 'reasoning', index, text: block.text, ...toMetadata(block.metadata) };
  }
}
