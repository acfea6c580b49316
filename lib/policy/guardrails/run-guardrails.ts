import type {
  GuardrailCall,
  GuardrailDetection,
  GuardrailStage,
  GuardrailVerdict,
  InvokeModel,
} from '../../plugin/index.ts';
import type { ActiveGuardrail } from './active-guardrail.ts';
import {
  type DecidedDetection,
  type GuardrailOutcome,
  type GuardrailRun,
  uncheckedCategory,
} from './finding.ts';
import type { GuardedRole } from './guardrail-setting.ts';

export interface GuardrailQuestion {
  readonly stage: GuardrailStage;
  readonly texts: readonly string[];
  /** Whose texts they are, one for each; each guardrail sees those of its roles. Absent: each sees all. */
  readonly roles?: readonly GuardedRole[];
  readonly signal: AbortSignal;
  /** How guardrails ask a model. Absent: they cannot. */
  readonly invokeModel?: InvokeModel | undefined;
}

const nothing: GuardrailOutcome = { detections: [], runs: [] };

/**
 * Asks guardrails about texts, all at the same time, and puts what they say together. Answers at once, without a
 * promise, where all of them do. Never fails: that a guardrail did is part of the outcome.
 */
export function runGuardrails(
  guardrails: readonly ActiveGuardrail[],
  question: GuardrailQuestion,
): GuardrailOutcome | Promise<GuardrailOutcome> {
  const waiting: Promise<GuardrailOutcome>[] = [];
  const answered: GuardrailOutcome[] = [];
  for (const active of guardrails) {
    const answer = ask(active, question);
    if (answer instanceof Promise) waiting.push(answer);
    else answered.push(answer);
  }
  if (waiting.length === 0) return join(answered);
  return Promise.all(waiting).then((later) => join([...answered, ...later]));
}

/** The outcomes of several questions as one. */
export function join(outcomes: readonly GuardrailOutcome[]): GuardrailOutcome {
  const [only] = outcomes;
  if (outcomes.length <= 1) return only ?? nothing;
  return {
    detections: outcomes.flatMap(({ detections }) => detections),
    runs: outcomes.flatMap(({ runs }) => runs),
  };
}

function ask(
  active: ActiveGuardrail,
  { stage, texts, roles, signal, invokeModel }: GuardrailQuestion,
): GuardrailOutcome | Promise<GuardrailOutcome> {
  const seen = roles?.flatMap((role, index) => (active.roles.has(role) ? [index] : []));
  if (seen?.length === 0) return nothing;
  const startedAt = performance.now();
  const call = new Call(
    stage,
    seen && seen.length < texts.length ? seen.map((index) => texts[index] ?? '') : texts,
    signal,
    invokeModel,
  );
  const run = (status: GuardrailRun['status']): GuardrailRun => ({
    guardrailId: active.id,
    stage,
    status,
    ...(status === 'checked' ? {} : { onFailure: active.onFailure }),
    durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
  });
  const checked = (detections: readonly GuardrailDetection[]): GuardrailOutcome => ({
    detections: detections.map((detection) => decide(active, detection, seen)),
    runs: [run('checked')],
  });
  const unchecked = (status: 'failed' | 'timed_out'): GuardrailOutcome => ({
    detections: active.onFailure === 'closed' ? [refusal(active)] : [],
    runs: [run(status)],
  });
  let result: ReturnType<ActiveGuardrail['guardrail']['check']>;
  try {
    result = active.guardrail.check(call);
    if (!(result instanceof Promise)) return checked(result);
  } catch {
    return unchecked('failed');
  }
  const found = result.then(checked).catch(() => unchecked('failed'));
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(unchecked('timed_out'));
      call.timedOut();
    }, active.timeoutMs);
    void found.then((outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    });
  });
}

/**
 * What a guardrail is asked. An object literal with a getter would have a hidden class of its own, which V8 keeps, with
 * all that the getter knows, until the next full collection: so every request outlived the small ones.
 */
class Call implements GuardrailCall {
  readonly stage: GuardrailStage;
  readonly texts: readonly string[];
  readonly invokeModel?: InvokeModel;
  readonly #caller: AbortSignal;
  #time: AbortController | undefined;
  #signal: AbortSignal | undefined;

  constructor(
    stage: GuardrailStage,
    texts: readonly string[],
    caller: AbortSignal,
    invokeModel: InvokeModel | undefined,
  ) {
    this.stage = stage;
    this.texts = texts;
    this.#caller = caller;
    if (invokeModel) this.invokeModel = invokeModel;
  }

  /** Made when asked for: most guardrails need no network and never do. */
  get signal(): AbortSignal {
    this.#time ??= new AbortController();
    this.#signal ??= AbortSignal.any([this.#caller, this.#time.signal]);
    return this.#signal;
  }

  timedOut(): void {
    this.#time?.abort();
  }
}

function refusal({ id }: ActiveGuardrail): DecidedDetection {
  return { guardrailId: id, category: uncheckedCategory, verdict: 'block', restore: false };
}

/** The tenant's word on the category, else the guardrail's. What has no place in the text cannot be redacted. */
function decide(
  { id, actions, restore }: ActiveGuardrail,
  { category, verdict, score, span }: GuardrailDetection,
  seen: readonly number[] | undefined,
): DecidedDetection {
  const wanted: GuardrailVerdict = actions[category] ?? actions['*'] ?? verdict;
  return {
    guardrailId: id,
    category,
    verdict: wanted === 'redact' && !span ? 'block' : wanted,
    ...(score === undefined ? {} : { score }),
    ...(span && { span: seen ? { ...span, text: seen[span.text] ?? span.text } : span }),
    restore,
  };
}
