import type { ActiveGuardrail } from './active-guardrail.ts';
import { type GuardrailOutcome, strictest } from './finding.ts';
import { isLocal } from './guardrail-setting.ts';
import type { Placeholders } from './placeholders.ts';
import { applyReplacements, mergeRedactions } from './redact.ts';
import { type GuardrailQuestion, join, runGuardrails } from './run-guardrails.ts';

export interface CheckedTexts extends GuardrailOutcome {
  /** The texts as they may go on; the same array where nothing was redacted. */
  readonly texts: readonly string[];
}

/**
 * Checks whole texts and redacts them. Guardrails that need no network come first: what they redact, or do not let pass
 * at all, no other service gets to see. Within each of the two groups all are asked at the same time.
 */
export function checkTexts(
  guardrails: readonly ActiveGuardrail[],
  question: GuardrailQuestion,
  placeholders: Placeholders,
): CheckedTexts | Promise<CheckedTexts> {
  const local = guardrails.filter(({ kind }) => isLocal(kind));
  const outcome = runGuardrails(local, question);
  const remote = guardrails.length === local.length ? [] : guardrails.filter(({ kind }) => !isLocal(kind));
  if (outcome instanceof Promise) {
    return outcome.then((first) => checkRemotely(remote, question, first, placeholders));
  }
  return checkRemotely(remote, question, outcome, placeholders);
}

function checkRemotely(
  remote: readonly ActiveGuardrail[],
  question: GuardrailQuestion,
  outcome: GuardrailOutcome,
  placeholders: Placeholders,
): CheckedTexts | Promise<CheckedTexts> {
  const texts = redactAll(question.texts, outcome, placeholders);
  if (remote.length === 0 || strictest(outcome.detections) === 'block') return { ...outcome, texts };
  const asked = runGuardrails(remote, { ...question, texts });
  const finish = (second: GuardrailOutcome): CheckedTexts => ({
    ...join([outcome, second]),
    texts: redactAll(texts, second, placeholders),
  });
  return asked instanceof Promise ? asked.then(finish) : finish(asked);
}

function redactAll(
  texts: readonly string[],
  { detections }: GuardrailOutcome,
  placeholders: Placeholders,
): readonly string[] {
  if (!detections.some(({ verdict }) => verdict === 'redact')) return texts;
  for (const text of texts) placeholders.reserve(text);
  return texts.map((text, index) => {
    const here = detections.filter(({ span }) => span?.text === index);
    return applyReplacements(text, mergeRedactions(text, here, placeholders));
  });
}
