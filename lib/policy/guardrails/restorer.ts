import type { ActiveGuardrail } from './active-guardrail.ts';

/** The id of the restorer among guardrails; it finds nothing that anyone is told about. */
export const restorerId = 'restore';

/** Longest placeholder, with room. */
const longestPlaceholder = 48;
const placeholder = /\[[A-Z0-9_]+_\d+\]/g;

/** A text with the originals in place of their placeholders. */
export function restoreText(text: string, originals: ReadonlyMap<string, string>): string {
  return text.replaceAll(placeholder, (found) => originals.get(found) ?? found);
}

/**
 * What puts the originals of a request back where an answer has their placeholders. It works as a guardrail whose
 * findings are placeholders, so that a stream treats one that is split like anything else that is.
 */
export function createRestorer(originals: ReadonlyMap<string, string>): ActiveGuardrail {
  return {
    id: restorerId,
    kind: 'rules',
    guardrail: {
      streamed: {
        holdBack: longestPlaceholder,
        every: 1,
        openFrom(text) {
          const at = text.lastIndexOf('[');
          return at === -1 || /[^A-Z0-9_[]/.test(text.slice(at)) ? text.length : at;
        },
      },
      check({ texts }) {
        return texts.flatMap((text, index) =>
          [...text.matchAll(placeholder)].flatMap(({ 0: found, index: start }) => {
            const original = originals.get(found);
            if (original === undefined) return [];
            const span = { text: index, start, end: start + found.length, replacement: original };
            return [{ category: restorerId, verdict: 'redact' as const, span }];
          }),
        );
      },
    },
    stages: ['output'],
    roles: new Set(['assistant']),
    actions: {},
    timeoutMs: 1_000,
    onFailure: 'open',
    restore: false,
  };
}
