/** Why the local runtime cannot start or reload. */
export type RuntimeErrorCode =
  | 'broken-assembly'
  | 'broken-template'
  | 'resource-failed'
  | 'function-failed'
  | 'port-taken'
  | 'port-unusable'
  | 'data-directory-unusable'
  | 'data-directory-in-use'
  | 'engine-failed';

/** What stops the local runtime, in words for the person who started it. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: RuntimeErrorCode;

  constructor(code: RuntimeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
