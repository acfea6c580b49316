import type { LanguageModelV2Usage, LanguageModelV4Usage, SharedV2ProviderMetadata } from '@ai-sdk/provider';
import { isObject } from './json.ts';

/**
 * Converts the flat usage of version 2, whose input and output mean what the provider means by them:
 * - Anthropic and Bedrock leave cached tokens out of the input, and report those written to the cache beside it;
 * - Gemini leaves reasoning out of the output, and only its total tells.
 *
 * @param provider the model's `provider`, for example `anthropic.messages`
 */
export function convertV2Usage(
  usage: LanguageModelV2Usage,
  provider: string,
  metadata: SharedV2ProviderMetadata | undefined,
): LanguageModelV4Usage {
  const { inputTokens, outputTokens, totalTokens } = usage;
  const cacheRead = usage.cachedInputTokens;
  const cacheWrite = readCacheWrite(metadata);
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const cacheIsApart = /anthropic|bedrock/i.test(provider) || cached > (inputTokens ?? 0);
  const inputTotal = inputTokens === undefined || !cacheIsApart ? inputTokens : inputTokens + cached;

  const reasoning = usage.reasoningTokens;
  const beyond = (totalTokens ?? 0) - (inputTotal ?? 0) - (outputTokens ?? 0);
  const reasoningIsApart = reasoning !== undefined && reasoning > 0 && beyond >= reasoning;
  const outputTotal =
    outputTokens === undefined || !reasoningIsApart ? outputTokens : outputTokens + reasoning;
  return {
    inputTokens: {
      total: inputTotal,
      noCache: inputTotal === undefined ? undefined : inputTotal - cached,
      cacheRead,
      cacheWrite,
    },
    outputTokens: { total: outputTotal, text: undefined, reasoning },
  };
}

function readCacheWrite(metadata: SharedV2ProviderMetadata | undefined): number | undefined {
  const anthropic = metadata?.anthropic?.cacheCreationInputTokens;
  const bedrock = metadata?.bedrock?.usage;
  const written = anthropic ?? (isObject(bedrock) ? bedrock.cacheWriteInputTokens : undefined);
  return typeof written === 'number' ? written : undefined;
}
