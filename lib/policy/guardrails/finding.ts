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

/** A span to replace, with what it was found as. */
export interface Redaction extends GuardrailSpan {
  readonly category: string;
  /** True where the original is put back into the answer. */
  readonly restore: boolean;
}

/** What all guardrails together made of some texts. */
export interface GuardrailOutcome {
  /** The strictest of all. */
  readonly verdict: GuardrailVerdict;
  readonly findings: readonly GuardrailFinding[];
  readonly runs: readonly GuardrailRun[];
  readonly redactions: readonly Redaction[];
  /** Spans that were found but lead to more than a redaction; a stream needs to know where they are. */
  readonly refused: readonly GuardrailSpan[];
}

const order: Readonly<Record<GuardrailVerdict, number>> = { allow: 0, redact: 1, hold: 2, block: 3 };

/** The stricter of two verdicts. */
export function stricter(one: GuardrailVerdict, other: GuardrailVerdict): GuardrailVerdict {
  return order[one] >= order[other] ? one : other;
}
