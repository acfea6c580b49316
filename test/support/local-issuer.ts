import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface SignOptions {
  readonly header?: Readonly<Record<string, unknown>>;
  /** The key to sign with. @default - the newest */
  readonly kid?: string;
  readonly algorithm?: string;
}

type CryptoKeyPair = Pick<IssuerKey, 'privateKey' | 'publicKey'>;

interface IssuerKey {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
  readonly algorithm: string;
}

/** Pairs of keys that no running issuer has: one takes a tenth of a second to make. */
const sparePairs: CryptoKeyPair[] = [];

/** A service where people sign in, on this machine: OpenID discovery, keys that rotate, and tokens of any kind. */
export class LocalIssuer {
  /** What is asked for, in order. */
  readonly requests: string[] = [];
  /** Answers instead, where it is set. */
  answer: ((path: string, response: ServerResponse) => boolean) | undefined;
  readonly #keys = new Map<string, IssuerKey>();
  #newest = '';
  #firstPair: CryptoKeyPair | undefined;
  readonly #server = createServer((request, response) => this.#serve(request, response));

  static async start(): Promise<LocalIssuer> {
    const issuer = new LocalIssuer();
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    issuer.#firstPair = sparePairs.pop() ?? (await generateKeyPair('RS256', { extractable: true }));
    await issuer.#add(issuer.#firstPair, 'RS256');
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Adds a key, with which tokens are signed from now on. */
  async rotate(algorithm = 'RS256'): Promise<string> {
    return this.#add(await generateKeyPair(algorithm, { extractable: true }), algorithm);
  }

  async #add({ privateKey, publicKey }: CryptoKeyPair, algorithm: string): Promise<string> {
    const kid = `key-${this.#keys.size + 1}-${Math.random().toString(36).slice(2)}`;
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
    this.#keys.set(kid, { privateKey, publicKey, jwk, algorithm });
    this.#newest = kid;
    return kid;
  }

  withdraw(kid: string): void {
    this.#keys.delete(kid);
  }

  /** A token as it issues them to the audience `app`: good for five minutes, unless the claims say otherwise. */
  sign(
    claims: Readonly<Record<string, unknown>> = {},
    { header = {}, kid = this.#newest, algorithm }: SignOptions = {},
  ): Promise<string> {
    const key = this.#key(kid);
    const now = Math.floor(Date.now() / 1_000);
    const payload: Record<string, unknown> = {
      iss: this.url,
      aud: 'app',
      sub: 'ada',
      iat: now,
      exp: now + 300,
      ...claims,
    };
    return new SignJWT(Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)))
      .setProtectedHeader({ alg: algorithm ?? key.algorithm, kid, ...header })
      .sign(key.privateKey, header.crit === undefined ? {} : { crit: { x: true } });
  }

  /** The public key as everybody can have it. */
  publicKey(kid = this.#newest): Promise<string> {
    return exportSPKI(this.#key(kid).publicKey);
  }

  async stop(): Promise<void> {
    if (this.#firstPair) sparePairs.push(this.#firstPair);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #key(kid: string): IssuerKey {
    const key = this.#keys.get(kid);
    if (!key) throw new Error(`there is no key ${kid}`);
    return key;
  }

  #serve({ url = '' }: IncomingMessage, response: ServerResponse): void {
    this.requests.push(url);
    if (this.answer?.(url, response)) return;
    if (url === '/.well-known/openid-configuration') {
      response.end(JSON.stringify({ issuer: this.url, jwks_uri: `${this.url}/keys` }));
    } else if (url === '/keys') {
      response.end(JSON.stringify({ keys: [...this.#keys.values()].map(({ jwk }) => jwk) }));
    } else {
      response.writeHead(404).end('{}');
    }
  }
}
