import type { TokenUsage } from './token-usage.ts';

/** What a model is asked to do. */
export type Operation = 'chat' | 'embeddings';

/** The five values that OpenAI's SDKs accept. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

/** A JSON object as it came from the caller: validated, unknown fields included. */
export type JsonObject = { readonly [key: string]: unknown };

/** Time-outs of one call, in milliseconds. Each is counted on its own. */
export interface CallTimeouts {
  /** Until the connection (TCP and TLS) stands. */
  readonly connectMs: number;
  /** From the start of the call until the first content of a stream, or the whole of a JSON answer's head. */
  readonly firstTokenMs: number;
  /** Between two pieces of an answer. */
  readonly idleMs: number;
  /** For the whole call. */
  readonly totalMs: number;
}

/** One attempt at one target. */
export interface ModelCall {
  readonly operation: Operation;
  /** The name by which the upstream knows the model. */
  readonly model: string;
  /** The caller's request in OpenAI's format. Its `model` is the alias; the provider sends `model` above. */
  readonly body: JsonObject;
  /** True where the caller asked for a stream. */
  readonly stream: boolean;
  /** The key to use; absent for a provider that needs none. Never logged, never part of an error. */
  readonly apiKey?: string;
  readonly timeouts: CallTimeouts;
  /** Aborts when the caller goes away or the deadline passes: the upstream exchange must end at once. */
  readonly signal: AbortSignal;
  /** Called once, as soon as the upstream's answer begins (its head, or the first streamed part). */
  readonly onAnswerStarted?: () => void;
}

/** A whole answer: one JSON document in OpenAI's format. */
export interface JsonAnswer {
  readonly kind: 'json';
  /** The document as it goes to the caller; from a passthrough provider these are the upstream's own bytes. */
  readonly bytes: Uint8Array;
  /** Null where the upstream reported none. */
  readonly usage: TokenUsage | null;
  /** One per choice; empty for embeddings. */
  readonly finishReasons: readonly FinishReason[];
  /** The answer's text, for counting tokens where `usage` is null. */
  readonly text: () => string;
}

/** One server-sent event of a streamed answer. */
export interface StreamEvent {
  /** The event as it goes to the caller, `data: …` and the empty line included. */
  readonly bytes: Uint8Array;
  /** True once the event carries something that a caller would notice missing: text, a tool call, a refusal, audio. */
  readonly hasContent: boolean;
  /** The text that the event adds to the answer (content, refusal, reasoning, tool arguments); often ''. */
  readonly text: string;
  /** True for the extra chunk with `choices: []` that only reports usage. */
  readonly usageOnly: boolean;
  readonly usage?: TokenUsage;
  readonly finishReason?: FinishReason;
}

/**
 * A streamed answer. The iterable ends normally only if the upstream ended its answer properly (OpenAI: `[DONE]`);
 * otherwise it throws an `UpstreamError` of class `cut`, `timeout`, `malformed`, `server` or `cancelled`. It yields no
 * `[DONE]`: the gateway writes that. Leaving the loop early ends the upstream exchange.
 */
export interface StreamAnswer {
  readonly kind: 'stream';
  readonly events: AsyncIterable<StreamEvent>;
}

export type ModelAnswer = JsonAnswer | StreamAnswer;

/**
 * A way to reach models. Implementations translate to and from OpenAI's format, or pass it through, and turn every
 * failure into an `UpstreamError`. They do not retry, choose keys, price or record: routing does.
 */
export interface ModelProvider {
  /** `passthrough` upstreams receive fields unknown to us; for `translated` ones such a field is an error. */
  readonly format: 'passthrough' | 'translated';
  /** Fails with an `UpstreamError`. Resolves once the answer has begun. */
  call(call: ModelCall): Promise<ModelAnswer>;
}
