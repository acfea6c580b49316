import type { GuardrailSpan, GuardrailStage, GuardrailVerdict } from '../../plugin/index.ts';

/** What a guardrail found, for records, errors and the moderation queue. It never tells the text. */
export interface GuardrailFinding {
  readonly guardrailId: string;
  readonly category: string;
  /** What the finding leads to, after the tenant's setting. */
  readonly verdict: GuardrailVerdict;
  /** How often. */
  readonly count: number;
  /** The highest, from 0 to 1, where the guardrail gives any. */
  readonly score?: number;
}

/** That a guardrail was asked, and how that ended. One that could not check has not passed anything. */
export interface GuardrailRun {
  readonly guardrailId: string;
  readonly stage: GuardrailStage;
  readonly status: 'checked' | 'failed' | 'timed_out';
  /** What a failure led to; absent where there was none. */
  readonly onFailure?: 'open' | 'closed';
  readonly durationMs: number;
}

/** What a guardrail found, once the tenant's setting has had its say. */
export interface DecidedDetection {
  readonly guardrailId: string;
  readonly category: string;
  readonly verdict: GuardrailVerdict;
  readonly score?: number;
  readonly span?: GuardrailSpan;
  /** True where the original is put back into the answer. */
  readonly restore: boolean;
}

/** What several guardrails together made of some texts. */
export interface GuardrailOutcome {
  readonly detections: readonly DecidedDetection[];
  readonly runs: readonly GuardrailRun[];
}

/** The category under which it is recorded that a text was refused because it could not be checked. */
export const uncheckedCategory = 'unchecked';

const order: Readonly<Record<GuardrailVerdict, number>> = { allow: 0, redact: 1, hold: 2, block: 3 };

/** The strictest of all verdicts; `allow` where there is none. */
export function strictest(detections: readonly { readonly verdict: GuardrailVerdict }[]): GuardrailVerdict {
  return detections.reduce<GuardrailVerdict>(
    (so, { verdict }) => (order[verdict] > order[so] ? verdict : so),
    'allow',
  );
}

/** Counts what was found, by guardrail, category and verdict. */
export function summarise(detections: readonly DecidedDetection[]): readonly GuardrailFinding[] {
  const findings = new Map<string, GuardrailFinding>();
  for (const { guardrailId, category, verdict, score } of detections) {
    const key = `${guardrailId}\n${category}\n${verdict}`;
    const { count = 0, score: before = 0 } = findings.get(key) ?? {};
    const highest = Math.max(before, score ?? 0);
    findings.set(key, {
      guardrailId,
      category,
      verdict,
      count: count + 1,
      ...(highest > 0 && { score: highest }),
    });
  }
  return [...findings.values()];
}
