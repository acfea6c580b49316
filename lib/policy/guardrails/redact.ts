import type { DecidedDetection } from './finding.ts';
import type { Placeholders } from './placeholders.ts';

/** One part of a text and what takes its place. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/**
 * The replacements that several redactions come to in one text, in order. Spans that overlap become one, which is named
 * after the widest, so that no part of any of them stays.
 *
 * @param redactions - detections of this text; only those to be redacted count
 */
export function mergeRedactions(
  text: string,
  redactions: readonly DecidedDetection[],
  placeholders: Placeholders,
): readonly Replacement[] {
  const merged: { start: number; end: number; widest: Spanned }[] = [];
  for (const redaction of redactions.filter(isRedaction).toSorted(byPlace)) {
    const { start, end } = redaction.span;
    const last = merged.at(-1);
    if (!last || start >= last.end) merged.push({ start, end, widest: redaction });
    else {
      last.end = Math.max(last.end, end);
      if (end - start > last.widest.span.end - last.widest.span.start) last.widest = redaction;
    }
  }
  return merged.map(({ start, end, widest: { span, category, restore } }) => ({
    start,
    end,
    replacement: span.replacement ?? placeholders.of(category, text.slice(start, end), restore),
  }));
}

type Spanned = DecidedDetection & Required<Pick<DecidedDetection, 'span'>>;

function isRedaction(detection: DecidedDetection): detection is Spanned {
  const { verdict, span } = detection;
  return verdict === 'redact' && span !== undefined && span.start < span.end;
}

function byPlace({ span: a }: Spanned, { span: b }: Spanned): number {
  return a.start - b.start || b.end - a.end;
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
