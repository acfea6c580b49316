import type { LanguageModelV4FinishReason } from '@ai-sdk/provider';
import { type FinishReason, UpstreamError } from '../../../plugin/index.ts';

/**
 * Maps a finish reason to one of OpenAI's.
 *
 * @throws UpstreamError `cut` where the provider never said that it was finished, `server` where it failed.
 */
export function mapFinishReason(
  { unified, raw }: LanguageModelV4FinishReason,
  hasToolCalls: boolean,
  providerName: string,
): FinishReason {
  switch (unified) {
    case 'stop':
      // Some providers stop at a tool call without saying that it is one.
      return hasToolCalls ? 'tool_calls' : 'stop';
    case 'length':
      return 'length';
    case 'content-filter':
      return 'content_filter';
    case 'tool-calls':
      return 'tool_calls';
    case 'interrupted':
      throw new UpstreamError('cut', `${providerName}: the stream ended before the answer did`);
    case 'error':
      throw new UpstreamError('server', `${providerName}: the model failed (${raw ?? 'no reason given'})`);
    default:
      if (raw === undefined)
        throw new UpstreamError('cut', `${providerName}: the answer has no finish reason`);
      return hasToolCalls ? 'tool_calls' : 'stop';
  }
}
