/** What was asked of a tenant's directory, and why it is not done. */
export type TenancyErrorCode =
  /** There is no such thing in this tenant. */
  | 'not_found'
  /** There is one already. */
  | 'already_exists'
  /** It is not in a state for this, or somebody else was faster. */
  | 'conflict'
  /** What is asked for makes no sense, whatever the state. */
  | 'invalid';

/** A change of tenants, projects, keys or members was refused. The message is for whoever asked for it. */
export class TenancyError extends Error {
  override readonly name = 'TenancyError';
  readonly code: TenancyErrorCode;
  /** The parameter at fault, where it is one. */
  readonly param: string | null;

  constructor(code: TenancyErrorCode, message: string, param: string | null = null) {
    super(message);
    this.code = code;
    this.param = param;
  }
}

/** The same for what does not exist and what is another tenant's: nobody learns which. */
export function notFound(what: string, id: string): TenancyError {
  return new TenancyError('not_found', `There is no ${what} '${id}'.`);
}
