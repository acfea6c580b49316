import { randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { ServiceError } from '../engines/json-service.ts';

/** A secret as it is kept. */
export interface Secret {
  readonly name: string;
  readonly arn: string;
  /** Undefined until a value is put. */
  readonly value?: string;
  readonly versionId: string;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
}

export interface SecretDeclaration {
  readonly name: string;
  readonly arn: string;
  /** Called where the secret has no value yet. */
  readonly firstValue: () => string | undefined;
  /** Entries that overlay the value, a JSON object, as long as this process runs. They are kept in memory only. */
  readonly localValues: Readonly<Record<string, string>>;
}

/** Holds secrets in one file that its owner alone can read. */
export class SecretsManager {
  readonly #file: string;
  readonly #secrets: Map<string, Secret>;
  readonly #localValues = new Map<string, Readonly<Record<string, string>>>();
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(file: string, secrets: readonly Secret[]) {
    this.#file = file;
    this.#secrets = new Map(secrets.map((secret) => [secret.name, secret]));
  }

  /** @throws Error where the file is there but cannot be read */
  static async open(file: string): Promise<SecretsManager> {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]';
      throw error;
    });
    try {
      return new SecretsManager(file, JSON.parse(text) as Secret[]);
    } catch (error) {
      throw new Error(`${file} is damaged: ${String(error)}`, { cause: error });
    }
  }

  /** Makes a secret be there. A value that it has stays. */
  async declare({ name, arn, firstValue, localValues }: SecretDeclaration): Promise<void> {
    this.#localValues.set(name, localValues);
    const existing = this.#secrets.get(name);
    if (existing?.value !== undefined && existing.arn === arn) return;
    const value = existing?.value ?? firstValue();
    const createdAtMs = existing?.createdAtMs ?? Date.now();
    await this.#store({ name, arn, createdAtMs, ...newVersion(value) });
  }

  /**
   * The secret of a name or ARN, with its local values.
   *
   * @throws ServiceError `ResourceNotFoundException`
   */
  get(id: string): Secret {
    const secret = this.#find(id);
    const localValues = this.#localValues.get(secret.name) ?? {};
    if (secret.value === undefined || Object.keys(localValues).length === 0) return secret;
    const object: unknown = JSON.parse(secret.value);
    return { ...secret, value: JSON.stringify({ ...(object as object), ...localValues }) };
  }

  /**
   * Stores a new value.
   *
   * @returns the secret with the value's new version
   * @throws ServiceError `ResourceNotFoundException`
   */
  async put(id: string, value: string): Promise<Secret> {
    const secret = { ...this.#find(id), ...newVersion(value) };
    await this.#store(secret);
    return secret;
  }

  #find(id: string): Secret {
    for (const secret of this.#secrets.values()) {
      // An ARN without its random ending is understood too.
      if (id === secret.name || id === secret.arn || id === secret.arn.slice(0, -7)) return secret;
    }
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  /** Writes one after the other, and a file only ever whole, so that a crash leaves the old or the new one. */
  #store(secret: Secret): Promise<void> {
    this.#secrets.set(secret.name, secret);
    const write = this.#lastWrite.then(() =>
      writeWhole(this.#file, JSON.stringify([...this.#secrets.values()])),
    );
    this.#lastWrite = write.catch(() => undefined);
    return write;
  }
}

function newVersion(value: string | undefined): Pick<Secret, 'value' | 'versionId' | 'changedAtMs'> {
  return { ...(value !== undefined && { value }), versionId: randomUUID(), changedAtMs: Date.now() };
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}
