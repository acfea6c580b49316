/** OpenAI's error object. Clients rely on all four keys. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

export interface ApiErrorOptions {
  /** Default: `invalid_request_error` below status 500, `server_error` from there. */
  readonly type?: string;
  /** The parameter at fault, for example `messages[0].content`. */
  readonly param?: string | null;
  readonly code?: string | null;
  /** When the caller may try again, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** Whether a client should try again by itself; told in `x-should-retry`. Default: only with `retryAfterMs`. */
  readonly shouldRetry?: boolean;
  readonly cause?: unknown;
}

/** A request failed in a way that its caller is told about. The message says what to do. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
  readonly retryAfterMs: number | undefined;
  readonly shouldRetry: boolean;

  constructor(status: number, message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.type = options.type ?? (status < 500 ? 'invalid_request_error' : 'server_error');
    this.param = options.param ?? null;
    this.code = options.code ?? null;
    this.retryAfterMs = options.retryAfterMs;
    this.shouldRetry = options.shouldRetry ?? options.retryAfterMs !== undefined;
  }

  get body(): ErrorBody {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}
