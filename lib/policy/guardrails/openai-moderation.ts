import type { ModerationAnswer } from '../../models/index.ts';
import type { Guardrail } from '../../plugin/index.ts';

export interface OpenAiModerationOptions {
  /** A key of `providers` in the configuration, of the kind `openai`. */
  readonly provider: string;
  /** @default - `omni-moderation-latest` */
  readonly model?: string;
}

/** Asks a provider's moderation. Fails with any error. */
export type Moderate = (
  provider: string,
  body: { readonly model: string; readonly input: unknown },
  signal: AbortSignal,
) => Promise<ModerationAnswer>;

export const openAiModerationModel = 'omni-moderation-latest';

/** How much of a stream is checked at a time by guardrails that cost a call, in characters. */
export const remoteStream = { holdBack: 200, every: 1_000 } as const;

/** Moderation by OpenAI's model: its categories, and its judgement of when one is met. */
export function createOpenAiModerationGuardrail(
  { provider, model = openAiModerationModel }: OpenAiModerationOptions,
  moderate: Moderate,
): Guardrail {
  return {
    streamed: remoteStream,
    async check({ texts, signal }) {
      const { results } = await moderate(provider, { model, input: texts }, signal);
      if (results.length !== texts.length) throw new Error('a result is missing, or there is one too many');
      return results.flatMap(({ categories, category_scores: scores }) =>
        Object.entries(categories).flatMap(([category, flagged]) =>
          flagged === true ? [{ category, verdict: 'block' as const, score: scores[category] ?? 1 }] : [],
        ),
      );
    },
  };
}
