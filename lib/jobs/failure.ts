/** OpenAI's error object, as a job keeps it for its caller. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** The failure of a job that no route answered with: it was given up. */
export function failureOf(code: string, message: string): ErrorBody {
  return { error: { message, type: 'server_error', param: null, code } };
}

export type JobRefusalCode = 'job_not_found' | 'wrong_state';

/** What was asked of a job is not possible now. The message says why. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';
  readonly code: JobRefusalCode;

  constructor(code: JobRefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
