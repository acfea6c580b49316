import type { LanguageModelV4ToolCall, SharedV4ProviderMetadata } from '@ai-sdk/provider';

/** A tool call of an OpenAI message. `provider_metadata` is ours: a client that sends it back keeps signatures alive. */
export function toToolCall({ toolCallId, toolName, input, providerMetadata }: LanguageModelV4ToolCall) {
  return {
    id: toolCallId,
    type: 'function' as const,
    function: { name: toolName, arguments: input },
    ...toMetadata(providerMetadata),
  };
}

/** What a provider wants to see again with a part of its answer. */
export function toMetadata(metadata: SharedV4ProviderMetadata | undefined) {
  return metadata === undefined ? {} : { provider_metadata: metadata };
}

/** An image that the model made, in the form that OpenAI-compatible APIs use for it. */
export function toImage(part: { readonly mediaType: string; readonly data: FileData }) {
  return { type: 'image_url' as const, image_url: { url: toUrl(part) } };
}

type FileData =
  | { readonly type: 'data'; readonly data: string | Uint8Array }
  | { readonly type: 'url'; readonly url: URL };

function toUrl({ mediaType, data }: { readonly mediaType: string; readonly data: FileData }): string {
  if (data.type === 'url') return data.url.href;
  const base64 = typeof data.data === 'string' ? data.data : Buffer.from(data.data).toString('base64');
  return `data:${mediaType};base64,${base64}`;
}
