import type { AwsCredentials } from './credentials.ts';

/** A token's lifetime: long enough to be shared by many calls, far below the 12 hours that are allowed. */
const LIFETIME_SECONDS = 3_600;
/** A token is not used for the last part of its life: a call takes a while to arrive, and clocks differ. */
const MARGIN_MS = 5 * 60_000;

export interface BearerTokenCacheOptions {
  readonly credentials: () => Promise<AwsCredentials>;
  readonly sign: (
    credentials: AwsCredentials,
    signingDate: Date,
    expiresInSeconds: number,
  ) => Promise<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Makes a bearer token when one is wanted, and keeps it until shortly before it, or what signed it, expires. */
export class BearerTokenCache {
  private token: Promise<string> | undefined;
  private usableUntilMs = Number.NEGATIVE_INFINITY;
  private readonly options: BearerTokenCacheOptions;

  constructor(options: BearerTokenCacheOptions) {
    this.options = options;
  }

  /** Fails as the credential provider does. */
  get(): Promise<string> {
    if (this.token && this.options.now() < this.usableUntilMs) return this.token;
    const token = this.create();
    this.token = token;
    // Calls that come while it is made share it.
    this.usableUntilMs = Number.POSITIVE_INFINITY;
    token.catch(() => this.forget(token));
    return token;
  }

  /** Drops the token, as one that was refused may have been signed with credentials that were revoked. */
  drop(): void {
    this.token = undefined;
  }

  private async create(): Promise<string> {
    const credentials = await this.options.credentials();
    const signedMs = this.options.now();
    const token = await this.options.sign(credentials, new Date(signedMs), LIFETIME_SECONDS);
    const expiresMs = Math.min(
      signedMs + LIFETIME_SECONDS * 1_000,
      credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY,
    );
    this.usableUntilMs = expiresMs - MARGIN_MS;
    return token;
  }

  private forget(token: Promise<string>): void {
    if (this.token === token) this.token = undefined;
  }
}
