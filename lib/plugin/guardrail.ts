import type { JsonObject } from './model-provider.ts';

/** What passes a guardrail: what a caller sends to a model, or what the model answers, whole or streamed. */
export type GuardrailStage = 'input' | 'output';

/**
 * What becomes of a text, from the mildest to the strictest:
 * - `allow`: it passes; what was found is recorded;
 * - `redact`: it passes with the found parts replaced;
 * - `hold`: a person decides first;
 * - `block`: it does not pass.
 */
export type GuardrailVerdict = 'allow' | 'redact' | 'hold' | 'block';

/** One question to a guardrail. */
export interface GuardrailCall {
  readonly stage: GuardrailStage;
  /** The texts to check, each on its own: messages of a request, or what an answer says. */
  readonly texts: readonly string[];
  /** Aborts when the time-out passes or the caller goes away. */
  readonly signal: AbortSignal;
  /**
   * Asks a model of this gateway, by the name that callers use: allowed, limited, priced and recorded as a call of the
   * tenant whose text is checked. Resolves with the chat completion. Absent where there is nobody to pay for it.
   */
  readonly invokeModel?: InvokeModel;
}

/** @param body - a chat completion request without `model`; fails with any error */
export type InvokeModel = (model: string, body: JsonObject, signal: AbortSignal) => Promise<JsonObject>;

/** Where in the texts something was found. */
export interface GuardrailSpan {
  /** Index into `texts`. */
  readonly text: number;
  /** In UTF-16 units, as JavaScript's strings count; `end` is behind the last. */
  readonly start: number;
  readonly end: number;
  /** What is put in its place by `redact`. @default - a placeholder of the category, for example `[EMAIL_1]` */
  readonly replacement?: string;
}

interface Detected {
  /** For example `email` or `illicit/violent`: lower-case words. Part of records, so never of the text. */
  readonly category: string;
  /** How sure the guardrail is, from 0 to 1. */
  readonly score?: number;
}

/** One thing that a guardrail found. Those that are only worth a record have the verdict `allow`. */
export type GuardrailDetection =
  | (Detected & { readonly verdict: 'redact'; readonly span: GuardrailSpan })
  | (Detected & { readonly verdict: Exclude<GuardrailVerdict, 'redact'>; readonly span?: GuardrailSpan });

/** How a guardrail sees an answer that is still being written. What it has not passed does not leave. */
export interface StreamedChecks {
  /** The longest thing it can find, in characters: as much of the end is held back, as it may be a beginning. */
  readonly holdBack: number;
  /** It is asked again after this many new characters. 1 for one that costs nothing to ask. */
  readonly every: number;
  /**
   * Tells where in the text so far something may still be beginning; what stands before goes out at once.
   *
   * @default - `holdBack` characters before the end
   */
  openFrom?(text: string): number;
}

/**
 * Checks texts on their way to a model and back. It decides nothing about time-outs or failures: the tenant's setting
 * does, which may also turn the verdict on a category into another.
 */
export interface Guardrail {
  /** Absent: it is asked once an answer is complete, and all of it waits for that. */
  readonly streamed?: StreamedChecks;
  /**
   * Finds nothing with an empty list. Fails with any error where it could not check; that is never taken for having
   * found nothing. One that needs no network may answer at once, without a promise.
   */
  check(call: GuardrailCall): readonly GuardrailDetection[] | Promise<readonly GuardrailDetection[]>;
}
