import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { type IssuerConfiguration, isTrustworthyUrl } from '../../config/sign-in.ts';
import { fetchJson } from './fetch-json.ts';

/** The keys of an issuer could not be had; it says nothing about the token. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

export interface IssuerKeysOptions {
  readonly now: () => number;
  readonly fetch: typeof fetch;
}

interface Keys {
  readonly find: JWTVerifyGetKey;
  readonly fetchedAtMs: number;
}

/** Keys are asked for at most this often, whatever callers send. */
const pauseMs = 30_000;
/** A key that its issuer has withdrawn works on for at most this long. */
const freshMs = 10 * 60_000;
/** While an issuer cannot be reached, the keys that it had are good for this long. */
const mostMs = 60 * 60_000;

/**
 * The keys of one issuer: fetched with the first token, again when they are ten minutes old, and when a token is signed
 * with one that is not among them, as after a rotation.
 */
export class IssuerKeys {
  readonly #issuer: Pick<IssuerConfiguration, 'issuer' | 'jwksUri'>;
  readonly #options: IssuerKeysOptions;
  #keys: Keys | undefined;
  #attemptedAtMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(issuer: Pick<IssuerConfiguration, 'issuer' | 'jwksUri'>, options: IssuerKeysOptions) {
    this.#issuer = issuer;
    this.#options = options;
  }

  /** @throws IssuerUnavailable; the errors of jose where no key, or more than one, is meant */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.#ageMs() > freshMs) await this.#refresh();
    const keys = this.#keys;
    if (!keys || this.#ageMs() > mostMs) throw new IssuerUnavailable(`no keys of ${this.#issuer.issuer}`);
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#refresh();
      if (this.#keys === keys || !this.#keys) throw error;
      return this.#keys.find(header, token);
    }
  };

  #ageMs(): number {
    return this.#options.now() - (this.#keys?.fetchedAtMs ?? Number.NEGATIVE_INFINITY);
  }

  /** Fetches the keys, unless that was tried just now. A failure leaves those that there are. */
  async #refresh(): Promise<void> {
    if (this.#fetching) return this.#fetching;
    const now = this.#options.now();
    if (now - this.#attemptedAtMs < pauseMs) return;
    this.#attemptedAtMs = now;
    this.#fetching = this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    await this.#fetching;
  }

  async #fetch(): Promise<void> {
    try {
      const uri = this.#issuer.jwksUri ?? (await this.#discover());
      const keys = (await fetchJson(uri, this.#options.fetch)) as unknown as JSONWebKeySet;
      this.#keys = { find: createLocalJWKSet(keys), fetchedAtMs: this.#options.now() };
    } catch (cause) {
      if (!this.#keys) throw new IssuerUnavailable(`no keys of ${this.#issuer.issuer}`, { cause });
    }
  }

  async #discover(): Promise<string> {
    const { issuer } = this.#issuer;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const { issuer: described, jwks_uri: uri } = await fetchJson(url, this.#options.fetch);
    if (described !== issuer) throw new Error(`${url} describes another issuer`);
    if (typeof uri !== 'string' || !isTrustworthyUrl(uri)) throw new Error(`${url} names no https jwks_uri`);
    return uri;
  }
}
