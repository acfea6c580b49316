import type { ModelTarget, ProviderConfiguration } from '../../config/schema.ts';
import type { JsonObject } from '../../plugin/index.ts';

/** How a target is told to stop after some output. */
export interface OutputLimit {
  readonly parameter: 'max_completion_tokens' | 'max_tokens';
  readonly tokens: number;
}

/** OpenAI's reasoning models refuse `max_tokens`; most other servers do not know its successor and ignore it. */
const knowsCompletionTokens = /(^|\.)(openai\.com|openai\.azure\.com)$/;

export function outputLimitOf(target: ModelTarget, provider: ProviderConfiguration | undefined): OutputLimit {
  const tokens = target.maxOutputTokens;
  if (provider?.kind !== 'openai') return { parameter: 'max_completion_tokens', tokens };
  const parameter =
    provider.outputLimitParameter ??
    (knowsCompletionTokens.test(new URL(provider.baseUrl).hostname) ? 'max_completion_tokens' : 'max_tokens');
  return { parameter, tokens };
}

/** The limit that a request's caller set, in tokens of each choice. */
export function requestedOutputLimit({ max_completion_tokens, max_tokens }: JsonObject): number | undefined {
  if (typeof max_completion_tokens === 'number') return max_completion_tokens;
  return typeof max_tokens === 'number' ? max_tokens : undefined;
}

/** The same request with the target's limit, unless its caller set one. */
export function withOutputLimit(body: JsonObject, limit: OutputLimit): JsonObject {
  if (requestedOutputLimit(body) !== undefined) return body;
  return { ...body, [limit.parameter]: limit.tokens };
}
