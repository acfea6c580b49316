import type { SessionCredentials } from './assume-role.ts';

/** Credentials as clients ask for them, again and again. */
export type CredentialsProvider = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}>;

/**
 * The SDK asks for credentials again five minutes before they expire. Told ten minutes less, it asks a quarter of an hour
 * before, so that a clock that is five minutes wrong, or a while in which STS does not answer, is no one's failure.
 */
const toldEarlierMs = 10 * 60_000;
/** From this long before the end, credentials are waited for instead of renewed behind the caller's back. */
const mustRenewWithinMs = 60_000;
/** A function may be frozen with a call under way. One that began longer ago is not waited for. */
const longestCallMs = 15_000;

/**
 * A tenant's session, opened when first used and renewed ahead of its end. Those who ask at once share one call; a
 * failure is not remembered.
 */
export class TenantSession {
  readonly #open: () => Promise<SessionCredentials>;
  readonly #now: () => number;
  #current: SessionCredentials | undefined;
  #pending: { readonly credentials: Promise<SessionCredentials>; readonly sinceMs: number } | undefined;

  /**
   * @param open - opens a session with STS
   * @param now - milliseconds since 1970
   */
  constructor(open: () => Promise<SessionCredentials>, now: () => number = Date.now) {
    this.#open = open;
    this.#now = now;
  }

  /** @throws what STS refuses with, where there are no credentials that still hold */
  readonly credentials: CredentialsProvider = async () => {
    const { accessKeyId, secretAccessKey, sessionToken, expiresAtMs } = await this.#valid();
    return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiresAtMs - toldEarlierMs) };
  };

  async #valid(): Promise<SessionCredentials> {
    const current = this.#current;
    const leftMs = current === undefined ? 0 : current.expiresAtMs - this.#now();
    if (current === undefined || leftMs <= mustRenewWithinMs) {
      return this.#renew().catch((error: unknown) => {
        if (current !== undefined && current.expiresAtMs > this.#now()) return current;
        throw error;
      });
    }
    // What the SDK asks for again while it still holds is renewed meanwhile; if that fails, the next one to ask tries.
    if (leftMs <= toldEarlierMs + 5 * 60_000) this.#renew().catch(() => undefined);
    return current;
  }

  #renew(): Promise<SessionCredentials> {
    const nowMs = this.#now();
    if (this.#pending !== undefined && nowMs - this.#pending.sinceMs < longestCallMs) {
      return this.#pending.credentials;
    }
    const credentials = this.#open();
    const pending = { credentials, sinceMs: nowMs };
    this.#pending = pending;
    const done = () => {
      if (this.#pending === pending) this.#pending = undefined;
    };
    credentials.then((opened) => {
      this.#current = opened;
      done();
    }, done);
    return credentials;
  }
}
