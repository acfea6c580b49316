/** A call was refused: by the role's policies, the resource's, or because the session is not good. */
export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
  /** `AccessDenied`, or what is wrong with the credentials, such as `ExpiredToken`. */
  readonly code: 'AccessDenied' | 'ExpiredToken' | 'InvalidClientTokenId' | 'MissingAuthenticationToken';
  /** The statement that would have allowed it, as JSON; absent where no statement would. */
  readonly missing: object | undefined;

  constructor(code: AccessDenied['code'], message: string, missing?: object) {
    super(message);
    this.code = code;
    this.missing = missing;
  }
}
