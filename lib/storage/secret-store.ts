import { readJsonError } from './aws/json-error.ts';
import { ServiceClient } from './aws/service-client.ts';
import type { ServiceLocation } from './aws/service-location.ts';

interface CachedSecret {
  readonly value: Promise<string>;
  readonly readAtMs: number;
}

/** Rotated secrets are noticed within this time, where nothing tells of it sooner. */
const cacheMs = 300_000;
/** However often one is told that a secret may have changed, it is read again only once within this time. */
const refreshIntervalMs = 2_000;

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
const getSecretValue = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'secretsmanager.GetSecretValue',
};

/** Reads secrets and remembers them for five minutes, in memory only. */
export class SecretStore {
  readonly #client: ServiceClient;
  readonly #cache = new Map<string, CachedSecret>();
  readonly #refreshes = new Map<string, CachedSecret>();

  constructor(location: ServiceLocation = {}) {
    this.#client = new ServiceClient(
      {
        service: 'secretsmanager',
        maxAttempts: 3,
        limits: { connectMs: 1_000, totalMs: 5_000 },
        readError: readJsonError,
      },
      location,
    );
  }

  /** The secret's text. A failed read is not remembered. */
  read(secretArn: string): Promise<string> {
    const cached = this.#cache.get(secretArn);
    if (cached && Date.now() - cached.readAtMs < cacheMs) return cached.value;
    const value = this.#fetch(secretArn);
    this.#cache.set(secretArn, { value, readAtMs: Date.now() });
    value.catch(() => this.#cache.delete(secretArn));
    return value;
  }

  /**
   * The secret's text as it is now, for who has seen that the remembered one is out of date. Meanwhile `read` gives the
   * remembered one, and goes on to do so where Secrets Manager does not answer.
   */
  refresh(secretArn: string): Promise<string> {
    const last = this.#refreshes.get(secretArn);
    if (last && Date.now() - last.readAtMs < refreshIntervalMs) return last.value;
    const readAtMs = Date.now();
    const value = this.#fetch(secretArn).then(
      (text) => {
        this.#cache.set(secretArn, { value: Promise.resolve(text), readAtMs });
        return text;
      },
      () => this.read(secretArn),
    );
    this.#refreshes.set(secretArn, { value, readAtMs });
    return value;
  }

  async #fetch(secretArn: string): Promise<string> {
    const { body } = await this.#client.post(getSecretValue, JSON.stringify({ SecretId: secretArn }));
    const { SecretString: text } = JSON.parse(body) as { readonly SecretString?: string };
    if (text === undefined) throw new Error(`the secret ${secretArn} holds no text`);
    return text;
  }
}
