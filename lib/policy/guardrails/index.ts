export type { ActiveGuardrail } from './active-guardrail.ts';
export { type CheckedTexts, checkTexts } from './check-texts.ts';
export { createGuardrail, type GuardrailServices } from './create-guardrail.ts';
export {
  type DecidedDetection,
  type GuardrailFinding,
  type GuardrailOutcome,
  type GuardrailRun,
  strictest,
  summarise,
  uncheckedCategory,
} from './finding.ts';
export * from './guardrail-setting.ts';
export { type CreateGuardrail, type GuardedRequest, Guardrails } from './guardrails.ts';
export { JsonPosition } from './json-position.ts';
export { Placeholders } from './placeholders.ts';
export { applyReplacements, mergeRedactions, type Replacement } from './redact.ts';
export { createRestorer, restorerId, restoreText } from './restorer.ts';
export { type GuardrailQuestion, runGuardrails } from './run-guardrails.ts';
