/**
 * Tokens of one call, in one meaning for every provider.
 *
 * Providers disagree on whether cached tokens are part of the input (OpenAI: yes, Anthropic: no); a provider
 * adapter converts to this form, in which totals always contain their parts.
 */
export interface TokenUsage {
  /** All input tokens, cached ones included. */
  readonly inputTokens: number;
  /** The part of `inputTokens` that was read from the provider's prompt cache. */
  readonly cachedInputTokens: number;
  /** The part of `inputTokens` that was written to the provider's prompt cache. */
  readonly cacheWriteTokens: number;
  /** All output tokens, reasoning included. */
  readonly outputTokens: number;
  /** The part of `outputTokens` that was spent on reasoning. */
  readonly reasoningTokens: number;
  /** True where the provider did not report usage and the tokens were counted from the text that passed through. */
  readonly estimated: boolean;
}
