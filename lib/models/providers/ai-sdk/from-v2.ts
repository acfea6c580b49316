import type {
  LanguageModelV2,
  LanguageModelV2CallWarning,
  LanguageModelV2FinishReason,
  LanguageModelV2StreamPart,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  SharedV4Warning,
} from '@ai-sdk/provider';
import { convertV2Usage } from './convert-v2-usage.ts';
import { fromV3Content } from './from-v3.ts';

type V2Result = Awaited<ReturnType<LanguageModelV2['doGenerate']>>;

/** Converts a whole answer of version 2. `provider` is the model's, on which the meaning of its usage depends. */
export function fromV2Result(result: V2Result, provider: string): LanguageModelV4GenerateResult {
  return {
    // Results of tools that the provider ran itself are not part of an OpenAI answer.
    content: result.content.flatMap((part) => (part.type === 'tool-result' ? [] : [fromV3Content(part)])),
    finishReason: fromV2FinishReason(result.finishReason),
    usage: convertV2Usage(result.usage, provider, result.providerMetadata),
    warnings: result.warnings.map(fromV2Warning),
    ...(result.response === undefined ? {} : { response: result.response }),
  };
}

/** Converts a part of a stream of version 2. */
export function fromV2StreamPart(
  part: LanguageModelV2StreamPart,
  provider: string,
): LanguageModelV4StreamPart {
  switch (part.type) {
    case 'stream-start':
      return { type: 'stream-start', warnings: part.warnings.map(fromV2Warning) };
    case 'tool-result':
      return { type: 'raw', rawValue: part };
    case 'file':
      return { ...part, data: { type: 'data', data: part.data } };
    case 'finish':
      return {
        type: 'finish',
        finishReason: fromV2FinishReason(part.finishReason),
        usage: convertV2Usage(part.usage, provider, part.providerMetadata),
      };
    default:
      return part;
  }
}

/** Version 2 calls the reason `unknown` where the provider gave none, which is what a cut stream looks like. */
function fromV2FinishReason(reason: LanguageModelV2FinishReason): LanguageModelV4FinishReason {
  return reason === 'unknown' ? { unified: 'other', raw: undefined } : { unified: reason, raw: reason };
}

function fromV2Warning(warning: LanguageModelV2CallWarning): SharedV4Warning {
  const details = 'details' in warning && warning.details !== undefined ? { details: warning.details } : {};
  switch (warning.type) {
    case 'unsupported-setting':
      return { type: 'unsupported', feature: String(warning.setting), ...details };
    case 'unsupported-tool':
      return { type: 'unsupported', feature: 'tools', ...details };
    case 'other':
      return warning;
  }
}
