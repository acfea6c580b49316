import type {
  GuardrailDetection,
  GuardrailSpan,
  GuardrailStage,
  GuardrailVerdict,
} from '../../plugin/index.ts';
import type { ActiveGuardrail } from './active-guardrail.ts';
import {
  type GuardrailFinding,
  type GuardrailOutcome,
  type GuardrailRun,
  type Redaction,
  stricter,
} from './finding.ts';

export interface GuardrailQuestion {
  readonly stage: GuardrailStage;
  readonly texts: readonly string[];
  readonly signal: AbortSignal;
}

interface Answer {
  readonly active: ActiveGuardrail;
  readonly run: GuardrailRun;
  readonly detections: readonly GuardrailDetection[];
}

/** The category under which a refusal for want of a check is recorded. */
export const uncheckedCategory = 'unchecked';

/**
 * Asks guardrails about texts, all at the same time, and puts what they say together: the strictest verdict counts.
 * Answers at once, without a promise, where all of them do.
 */
export function runGuardrails(
  guardrails: readonly ActiveGuardrail[],
  question: GuardrailQuestion,
): GuardrailOutcome | Promise<GuardrailOutcome> {
  let waiting = false;
  const answers = guardrails.map((active) => {
    const answer = ask(active, question);
    waiting ||= answer instanceof Promise;
    return answer;
  });
  return waiting ? Promise.all(answers).then(combine) : combine(answers as Answer[]);
}

function ask(active: ActiveGuardrail, { stage, texts, signal }: GuardrailQuestion): Answer | Promise<Answer> {
  const startedAt = performance.now();
  let ending: AbortController | undefined;
  const call = {
    stage,
    texts,
    // Most guardrails need no network and never ask for it.
    get signal() {
      ending ??= new AbortController();
      return AbortSignal.any([signal, ending.signal]);
    },
  };
  const checked = (detections: readonly GuardrailDetection[]): Answer => ({
    active,
    run: { guardrailId: active.id, stage, status: 'checked', durationMs: since(startedAt) },
    detections,
  });
  const unchecked = (status: 'failed' | 'timed_out'): Answer => ({
    active,
    run: { guardrailId: active.id, stage, status, onFailure: active.onFailure, durationMs: since(startedAt) },
    detections: [],
  });
  let result: ReturnType<ActiveGuardrail['guardrail']['check']>;
  try {
    result = active.guardrail.check(call);
  } catch {
    return unchecked('failed');
  }
  if (!(result instanceof Promise)) return checked(result);
  const found = result.then(checked, () => unchecked('failed'));
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(unchecked('timed_out'));
      ending?.abort();
    }, active.timeoutMs);
    void found.then((answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

function since(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 10) / 10;
}

function combine(answers: readonly Answer[]): GuardrailOutcome {
  let verdict: GuardrailVerdict = 'allow';
  const findings = new Map<string, GuardrailFinding>();
  const redactions: Redaction[] = [];
  const refused: GuardrailSpan[] = [];
  const add = (found: GuardrailFinding) => {
    verdict = stricter(verdict, found.verdict);
    const key = `${found.guardrailId}\n${found.category}\n${found.verdict}`;
    const known = findings.get(key);
    if (!known) return findings.set(key, found);
    const score = Math.max(known.score ?? 0, found.score ?? 0);
    return findings.set(key, { ...known, count: known.count + 1, ...(score > 0 && { score }) });
  };
  for (const { active, run, detections } of answers) {
    if (run.onFailure === 'closed') {
      add({ guardrailId: active.id, category: uncheckedCategory, verdict: 'block', count: 1 });
    }
    for (const detection of detections) {
      const { category, score, span } = detection;
      const decided = decide(active, detection);
      add({
        guardrailId: active.id,
        category,
        verdict: decided,
        count: 1,
        ...(score === undefined ? {} : { score }),
      });
      if (!span) continue;
      if (decided === 'redact') redactions.push({ ...span, category, restore: active.restore });
      else if (decided !== 'allow') refused.push(span);
    }
  }
  return {
    verdict,
    findings: [...findings.values()],
    runs: answers.map(({ run }) => run),
    redactions,
    refused,
  };
}

/** The tenant's word on the category, else the guardrail's. What has no place in the text cannot be redacted. */
function decide(
  { actions }: ActiveGuardrail,
  { category, verdict, span }: GuardrailDetection,
): GuardrailVerdict {
  const wanted = actions[category] ?? actions['*'] ?? verdict;
  return wanted === 'redact' && !span ? 'block' : wanted;
}
