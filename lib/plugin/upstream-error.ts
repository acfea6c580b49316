/**
 * Why a call to a model failed, in the classes that routing decides on:
 * - `authentication`, `quota`: the key is dead; the next key is tried at once;
 * - `rate_limit`: the next target is tried, honouring `retryAfterMs` where there is none;
 * - `server`, `network`, `timeout`, `malformed`, `cut`: retried, then the next target;
 * - `not_found`: this target does not have the model; the next target is tried;
 * - `context_length`: the alias's larger model is tried, if it has one;
 * - `invalid_request`, `unsupported_parameter`, `content_filter`: the caller's to mend; never retried;
 * - `cancelled`: the caller went away.
 */
export type UpstreamErrorClass =
  | 'authentication'
  | 'quota'
  | 'rate_limit'
  | 'server'
  | 'network'
  | 'timeout'
  | 'malformed'
  | 'cut'
  | 'not_found'
  | 'context_length'
  | 'invalid_request'
  | 'unsupported_parameter'
  | 'content_filter'
  | 'cancelled';

/** The body of an OpenAI error object, as far as an upstream gave one. */
export interface UpstreamErrorDetail {
  readonly message?: string;
  readonly type?: string | null;
  readonly param?: string | null;
  readonly code?: string | null;
}

export interface UpstreamErrorOptions {
  /** HTTP status of the upstream's answer; absent where there was none. */
  readonly status?: number;
  /** How long the upstream asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The upstream's own error object. Passed to the caller only for errors that are the caller's to mend. */
  readonly detail?: UpstreamErrorDetail;
  readonly cause?: unknown;
}

/** A call to a model failed. The message never contains a key or a prompt. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly errorClass: UpstreamErrorClass;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly detail: UpstreamErrorDetail | undefined;

  constructor(errorClass: UpstreamErrorClass, message: string, options: UpstreamErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.errorClass = errorClass;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.detail = options.detail;
  }
}
