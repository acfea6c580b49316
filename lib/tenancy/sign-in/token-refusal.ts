/** Why a token was refused. Recorded; the caller only learns that the token is not valid. */
export type TokenRefusal =
  | 'token-malformed'
  | 'token-too-long'
  | 'token-type'
  | 'token-issuer'
  | 'token-algorithm'
  | 'token-key'
  | 'token-signature'
  | 'token-audience'
  | 'token-expired'
  | 'token-not-yet-valid'
  | 'token-claims';

/** A token is not one to act on. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  readonly reason: TokenRefusal;
  /** The issuer that the token names, where it is one of those configured. */
  readonly issuer: string | undefined;

  constructor(reason: TokenRefusal, issuer?: string, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
    this.issuer = issuer;
  }
}
