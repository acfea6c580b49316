import { hash } from 'node:crypto';
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyResult,
  jwtVerify,
} from 'jose';
import type { IssuerConfiguration } from '../../config/sign-in.ts';
import { IssuerKeys, type IssuerKeysOptions, IssuerUnavailable } from './issuer-keys.ts';
import { maxTokenLength } from './token-form.ts';
import { type TokenRefusal, TokenRefused } from './token-refusal.ts';

/** What a token proves. */
export interface VerifiedToken {
  readonly issuer: IssuerConfiguration;
  readonly subject: string;
  /** An address that the issuer has checked. */
  readonly email?: string;
  readonly name?: string;
  readonly claims: JWTPayload;
}

interface KnownToken {
  readonly token: VerifiedToken;
  readonly expiresAtMs: number;
}

interface KnownIssuer {
  readonly configuration: IssuerConfiguration;
  readonly keys: IssuerKeys;
}

/** Bounds the memory that people with many tokens can make us use. */
const maxTokens = 2_000;
/** As long as its issuer's keys are remembered: a token of a key that was withdrawn works on for no longer. */
const rememberedMs = 10 * 60_000;
/** A token for something else by the same issuer names its kind: a logout, a security event, a proof of possession. */
const acceptedTypes: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/at+jwt']);
const maxSubjectLength = 512;

/** Checks tokens: who issued them, for whom, with which key and algorithm, and that they are not too old or too new. */
export class TokenVerifier {
  readonly #issuers: ReadonlyMap<string, KnownIssuer>;
  readonly #now: () => number;
  /** By the SHA-256 of the token: the same one comes with every request of a person. */
  readonly #known = new Map<string, KnownToken>();

  constructor(issuers: readonly IssuerConfiguration[], options: IssuerKeysOptions) {
    this.#now = options.now;
    this.#issuers = new Map(
      issuers.map((configuration) => [
        configuration.issuer,
        { configuration, keys: new IssuerKeys(configuration, options) },
      ]),
    );
  }

  /** @throws TokenRefused; IssuerUnavailable where the issuer's keys cannot be had */
  async verify(token: string): Promise<VerifiedToken> {
    if (token.length > maxTokenLength) throw new TokenRefused('token-too-long');
    const digest = hash('sha256', token);
    const known = this.#known.get(digest);
    if (known && known.expiresAtMs > this.#now()) return known.token;
    const issuer = this.#issuerOf(token);
    const { payload } = await this.#check(token, issuer);
    const verified = readClaims(payload, issuer.configuration, this.#now());
    this.#remember(digest, verified);
    return verified;
  }

  /** Read before anything is checked, to know by whose keys: nothing is fetched for an issuer that is not configured. */
  #issuerOf(token: string): KnownIssuer {
    let claimed: unknown;
    let type: unknown;
    try {
      claimed = decodeJwt(token).iss;
      type = decodeProtectedHeader(token).typ;
    } catch (cause) {
      throw new TokenRefused('token-malformed', undefined, { cause });
    }
    const issuer = typeof claimed === 'string' ? this.#issuers.get(claimed) : undefined;
    if (!issuer) throw new TokenRefused('token-issuer');
    if (type !== undefined && !(typeof type === 'string' && acceptedTypes.has(type.toLowerCase()))) {
      throw new TokenRefused('token-type', issuer.configuration.issuer);
    }
    return issuer;
  }

  async #check(token: string, { configuration, keys }: KnownIssuer): Promise<JWTVerifyResult> {
    try {
      return await jwtVerify(token, keys.find, {
        issuer: configuration.issuer,
        algorithms: configuration.algorithms,
        clockTolerance: configuration.clockToleranceSeconds,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(this.#now()),
      });
    } catch (cause) {
      if (cause instanceof IssuerUnavailable) throw cause;
      throw new TokenRefused(reasonOf(cause), configuration.issuer, { cause });
    }
  }

  #remember(digest: string, token: VerifiedToken): void {
    if (this.#known.size >= maxTokens) {
      const oldest = this.#known.keys().next().value;
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    const expiresAtMs = Math.min((token.claims.exp ?? 0) * 1_000, this.#now() + rememberedMs);
    this.#known.delete(digest);
    this.#known.set(digest, { token, expiresAtMs });
  }
}

function readClaims(claims: JWTPayload, issuer: IssuerConfiguration, nowMs: number): VerifiedToken {
  const { sub: subject = '', iat: issuedAt, email, name } = claims;
  const refuse = (reason: TokenRefusal) => new TokenRefused(reason, issuer.issuer);
  if (issuedAt !== undefined && issuedAt * 1_000 > nowMs + issuer.clockToleranceSeconds * 1_000) {
    throw refuse('token-not-yet-valid');
  }
  if (!isForUs(claims, issuer)) throw refuse('token-audience');
  if (subject === '' || subject.length > maxSubjectLength) throw refuse('token-claims');
  const isChecked = claims.email_verified === true || claims.email_verified === 'true';
  return {
    issuer,
    subject,
    ...(isChecked && typeof email === 'string' && email !== '' && { email }),
    ...(typeof name === 'string' && name !== '' && { name }),
    claims,
  };
}

/** Cognito's access tokens have no `aud`, and say in `client_id` for whom they are; no other token says it there. */
function isForUs(claims: JWTPayload, { audience }: IssuerConfiguration): boolean {
  const { aud, client_id: clientId, token_use: use } = claims;
  if (use !== undefined && use !== 'access' && use !== 'id') return false;
  const named = aud === undefined && use === 'access' ? [clientId] : [aud].flat();
  const accepted = [audience].flat();
  return named.some((one) => typeof one === 'string' && accepted.includes(one));
}

function reasonOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'token-expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.claim === 'nbf' && error.reason === 'check_failed' ? 'token-not-yet-valid' : 'token-claims';
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'token-algorithm';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return 'token-key';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'token-signature';
  // A key that does not fit the algorithm, one that is too short, an extension that is critical and not known.
  return error instanceof errors.JWTInvalid ? 'token-claims' : 'token-malformed';
}
