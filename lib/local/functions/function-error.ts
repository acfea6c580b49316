/**
 * A failed invocation, in the shape that Lambda gives it.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
export interface FunctionErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  /** The stack, a line each. */
  readonly trace?: readonly string[];
}

/** An invocation failed: its handler threw, or the function crashed, timed out or could not start. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  /** The error's class name, or one of Lambda's own such as `Runtime.ExitError`. */
  readonly errorType: string;
  readonly payload: FunctionErrorPayload;

  constructor(payload: FunctionErrorPayload) {
    super(payload.errorMessage);
    this.errorType = payload.errorType;
    this.payload = payload;
  }

  /** True where the function took longer than it may. */
  get timedOut(): boolean {
    return this.errorType === TIMED_OUT;
  }
}

const TIMED_OUT = 'Sandbox.Timedout';

/** The function's process ended while it worked. @param reason - such as `exit status 1` */
export function exitError(requestId: string, reason: string | undefined): FunctionError {
  const ending = reason === undefined ? 'without providing a reason' : `with error: ${reason}`;
  return new FunctionError({
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited ${ending}`,
  });
}

/** The invocation took longer than the function's time-out. */
export function timeoutError(requestId: string, timeoutMs: number): FunctionError {
  return new FunctionError({
    errorType: TIMED_OUT,
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  });
}

/** What was thrown, as Lambda reports it. */
export function describeThrown(thrown: unknown): FunctionErrorPayload {
  if (!(thrown instanceof Error)) {
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  }
  return {
    errorType: thrown.name,
    errorMessage: thrown.message,
    ...(thrown.stack !== undefined && { trace: thrown.stack.split('\n') }),
  };
}
