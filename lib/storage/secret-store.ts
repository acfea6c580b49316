import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

interface CachedSecret {
  readonly value: Promise<string>;
  readonly readAtMs: number;
}

/** Rotated secrets are noticed within this time. */
const cacheMs = 300_000;

/** Reads secrets and remembers them for five minutes, in memory only. */
export class SecretStore {
  readonly #client: SecretsManagerClient;
  readonly #cache = new Map<string, CachedSecret>();

  constructor(options: { readonly endpoint?: string; readonly region?: string } = {}) {
    this.#client = new SecretsManagerClient(options);
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

  async #fetch(secretArn: string): Promise<string> {
    const { SecretString: text } = await this.#client.send(
      new GetSecretValueCommand({ SecretId: secretArn }),
    );
    if (text === undefined) throw new Error(`the secret ${secretArn} holds no text`);
    return text;
  }
}
