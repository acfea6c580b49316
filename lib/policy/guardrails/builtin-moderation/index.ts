import type { Guardrail } from '../../../plugin/index.ts';
import { classify } from './classify.ts';

/** Moderation without a network, a key or a model: it finds the clear cases, and only those. */
export function createModerationGuardrail(): Guardrail {
  return {
    streamed: { holdBack: 0, every: 1 },
    check({ texts }) {
      return texts.flatMap((text) =>
        [...classify(text)].map(([category, score]) => ({ category, score, verdict: 'hold' as const })),
      );
    },
  };
}
