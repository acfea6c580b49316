import type { InvokeModel, JsonAnswer } from '../../plugin/index.ts';
import {
  type ActiveGuardrail,
  createRestorer,
  type DecidedDetection,
  type GuardrailFinding,
  type GuardrailRun,
  JsonPosition,
  mergeRedactions,
  Placeholders,
  restorerId,
  runGuardrails,
  strictest,
  summarise,
  uncheckedCategory,
} from '../../policy/index.ts';
import type { ApiError } from '../errors/api-error.ts';
import { type AnswerText, answerTexts, isObject } from './answer-texts.ts';
import type { GuardServices, RequestToGuard } from './guard-input.ts';
import { guardrailError } from './guardrail-error.ts';

/** The guarding of one answer. What it found is complete once the answer is. */
export interface OutputGuard {
  readonly active: readonly ActiveGuardrail[];
  readonly placeholders: Placeholders;
  readonly signal: AbortSignal;
  readonly report: GuardReport;
  /** How guardrails ask a model. Absent: they cannot. */
  readonly invokeModel?: InvokeModel;
}

/** What guardrails found in an answer. */
export class GuardReport {
  readonly #detections: DecidedDetection[] = [];
  readonly #runs = new Map<string, GuardrailRun>();

  add(detections: readonly DecidedDetection[], runs: readonly GuardrailRun[]): void {
    this.#detections.push(...detections.filter(({ guardrailId }) => guardrailId !== restorerId));
    for (const run of runs) {
      if (run.guardrailId === restorerId) continue;
      const before = this.#runs.get(run.guardrailId);
      // A stream is checked piece by piece: one failure is enough for the whole not to have been checked.
      this.#runs.set(run.guardrailId, {
        ...(before && before.status !== 'checked' ? before : run),
        durationMs: Math.round(((before?.durationMs ?? 0) + run.durationMs) * 10) / 10,
      });
    }
  }

  get findings(): readonly GuardrailFinding[] {
    return summarise(this.#detections);
  }

  get runs(): readonly GuardrailRun[] {
    return [...this.#runs.values()];
  }

  get verdict() {
    return strictest(this.#detections);
  }

  /** What the caller is told where the answer does not pass. */
  get error(): ApiError {
    return guardrailError(this.findings, 'output');
  }

  /** True where a guardrail could not check and the tenant wants nothing to pass then. */
  get isUnchecked(): boolean {
    return this.#detections.some(({ category }) => category === uncheckedCategory);
  }
}

/**
 * Makes the guard of an answer. Undefined where there is nothing to guard or restore: then the answer passes as it is,
 * byte by byte.
 */
export function outputGuard(
  request: Pick<RequestToGuard, 'settings' | 'principal' | 'model' | 'signal' | 'invokeModel'>,
  { guardrails }: GuardServices,
  placeholders: Placeholders = new Placeholders(),
): OutputGuard | undefined | Promise<OutputGuard | undefined> {
  const { settings, principal, model, signal, invokeModel } = request;
  const make = (selected: readonly ActiveGuardrail[]): OutputGuard | undefined => {
    const { originals } = placeholders;
    const active = originals.size === 0 ? selected : [...selected, createRestorer(originals)];
    if (active.length === 0) return undefined;
    return { active, placeholders, signal, report: new GuardReport(), ...(invokeModel && { invokeModel }) };
  };
  const selected = guardrails.active({ settings, projectId: principal.projectId, model }, 'output');
  return selected instanceof Promise ? selected.then(make) : make(selected);
}

interface Choice {
  readonly message: Record<string, unknown>;
  readonly choice: Record<string, unknown>;
  readonly texts: readonly AnswerText[];
}

/**
 * Checks a whole answer. A choice that does not pass keeps its place and is emptied, with the finish reason
 * `content_filter`; what was redacted is written anew, and its log probabilities, which quote it, are left out.
 *
 * @throws ApiError 503 where it could not be checked and the tenant wants nothing to pass then
 */
export async function guardAnswer(answer: JsonAnswer, guard: OutputGuard): Promise<JsonAnswer> {
  const document: unknown = JSON.parse(Buffer.from(answer.bytes).toString());
  const choices = choicesOf(document);
  const said = choices.flatMap((choice) => choice.texts.map((text) => ({ choice, text })));
  if (said.length === 0) return answer;
  const texts = said.map(({ text }) => text.text);
  for (const text of texts) guard.placeholders.reserve(text);
  const { signal, invokeModel } = guard;
  const outcome = await runGuardrails(guard.active, { stage: 'output', texts, signal, invokeModel });
  const { detections } = outcome;
  guard.report.add(detections, outcome.runs);
  if (guard.report.isUnchecked) throw guard.report.error;
  if (strictest(detections) === 'allow') return answer;
  const refused = new Set<Choice>();
  for (const { verdict, span } of detections) {
    if (verdict !== 'hold' && verdict !== 'block') continue;
    const at = span && said[span.text];
    // What is said of the whole is said of every choice.
    for (const choice of at ? [at.choice] : choices) refused.add(choice);
  }
  for (const [index, { choice, text }] of said.entries()) {
    if (refused.has(choice)) continue;
    const here = detections.filter(({ span }) => span?.text === index);
    const changed = redact(text, here, guard.placeholders);
    if (changed === text.text) continue;
    text.write(changed);
    if ('logprobs' in choice.choice) choice.choice.logprobs = null;
  }
  for (const choice of refused) empty(choice);
  return {
    ...answer,
    bytes: Buffer.from(JSON.stringify(document)),
    finishReasons: choices.map(({ choice }, index) =>
      refused.has(choices[index] as Choice)
        ? 'content_filter'
        : (choice.finish_reason as JsonAnswer['finishReasons'][number]),
    ),
  };
}

function choicesOf(document: unknown): readonly Choice[] {
  if (!isObject(document) || !Array.isArray(document.choices)) return [];
  return document.choices.flatMap((choice) =>
    isObject(choice) && isObject(choice.message)
      ? [{ choice, message: choice.message, texts: answerTexts(choice.message) }]
      : [],
  );
}

function redact(
  { text, isJson }: AnswerText,
  detections: readonly DecidedDetection[],
  placeholders: Placeholders,
): string {
  const position = new JsonPosition();
  let result = '';
  let from = 0;
  for (const { start, end, replacement } of mergeRedactions(text, detections, placeholders)) {
    if (isJson) position.advance(text.slice(from, start));
    result += text.slice(from, start) + (isJson ? position.quote(replacement) : replacement);
    if (isJson) position.advance(text.slice(start, end));
    from = end;
  }
  return result + text.slice(from);
}

function empty({ choice, message }: Choice): void {
  choice.message = { role: message.role ?? 'assistant', content: null, refusal: null };
  choice.finish_reason = 'content_filter';
  if ('logprobs' in choice) choice.logprobs = null;
}
