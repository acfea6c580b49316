import type {
  LanguageModelV3Content,
  LanguageModelV3StreamPart,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';

/** Version 3 has a file's data untagged; all else of an answer is the same. */
export function fromV3Content(part: LanguageModelV3Content): LanguageModelV4Content {
  return part.type === 'file' ? { ...part, data: { type: 'data', data: part.data } } : part;
}

/** The same for a part of a stream. */
export function fromV3StreamPart(part: LanguageModelV3StreamPart): LanguageModelV4StreamPart {
  return part.type === 'file' ? { ...part, data: { type: 'data', data: part.data } } : part;
}
