import type { Redaction } from './finding.ts';
import type { Placeholders } from './placeholders.ts';

/** One part of a text and what takes its place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/**
 * The replacements that redactions of several guardrails come to in one text, in order. Spans that overlap become one,
 * which is named after the widest, so that no part of any of them stays.
 */
export function mergeRedactions(
  text: string,
  redactions: readonly Redaction[],
  placeholders: Placeholders,
): readonly Replacement[] {
  const sorted = redactions
    .filter(({ start, end }) => start < end)
    .toSorted((a, b) => a.start - b.start || b.end - a.end);
  const merged: { start: number; end: number; widest: Redaction }[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (!last || span.start >= last.end) merged.push({ start: span.start, end: span.end, widest: span });
    else {
      last.end = Math.max(last.end, span.end);
      if (span.end - span.start > last.widest.end - last.widest.start) last.widest = span;
    }
  }
  return merged.map(({ start, end, widest }) => ({
    start,
    end,
    replacement:
      widest.replacement ?? placeholders.of(widest.category, text.slice(start, end), widest.restore),
  }));
}

/** A text with its replacements made. They are in order and do not overlap. */
export function applyReplacements(text: string, replacements: readonly Replacement[]): string {
  let result = '';
  let from = 0;
  for (const { start, end, replacement } of replacements) {
    result += text.slice(from, start) + replacement;
    from = end;
  }
  return result + text.slice(from);
}
