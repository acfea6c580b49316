import { randomUUID } from 'node:crypto';
import { JsonFile } from '../data-directory/json-file.ts';
import { ServiceError } from '../engines/json-service.ts';
import { LocalValues } from './local-values.ts';
import { readStoredSecrets, type Secret, type StoredSecret } from './secret.ts';
import {
  addVersion,
  CURRENT,
  findVersion,
  moveStage,
  type SecretVersion,
  type SecretVersions,
  type StageMove,
} from './secret-versions.ts';

export interface SecretDeclaration {
  readonly name: string;
  readonly arn: string;
  /** Called where the secret has no value yet. */
  readonly firstValue: () => string | undefined;
  /** Entries that overlay the value, a JSON object, as long as this process runs. They are kept in memory only. */
  readonly localValues: Readonly<Record<string, string>>;
}

/** A value that is to be stored. */
export interface NewValue {
  readonly value: string;
  /** @default - a new one */
  readonly versionId?: string | undefined;
  /** @default AWSCURRENT */
  readonly stages?: readonly string[] | undefined;
}

/** Holds secrets in one file that its owner alone can read. */
export class SecretsManager {
  readonly #file: JsonFile<readonly Secret[]>;
  readonly #secrets: Map<string, Secret>;
  readonly #localValues = new LocalValues();

  private constructor(file: JsonFile<readonly Secret[]>, secrets: readonly Secret[]) {
    this.#file = file;
    this.#secrets = new Map(secrets.map((secret) => [secret.name, secret]));
  }

  /** @throws Error where the file is there but cannot be read */
  static async open(path: string): Promise<SecretsManager> {
    const stored = await new JsonFile<readonly StoredSecret[]>(path).read();
    return new SecretsManager(new JsonFile(path), readStoredSecrets(stored ?? []));
  }

  /** Makes a secret be there. A value that it has stays. */
  async declare({ name, arn, firstValue, localValues }: SecretDeclaration): Promise<void> {
    this.#localValues.declare(name, localValues);
    const existing = this.#secrets.get(name);
    if (existing && existing.versions.length > 0 && existing.arn === arn) return;
    const nowMs = Date.now();
    const secret = { changedAtMs: nowMs, createdAtMs: nowMs, versions: [], ...existing, name, arn };
    const value = secret.versions.length === 0 ? firstValue() : undefined;
    const versions = value === undefined ? secret.versions : addVersion([], newVersion({ value }));
    await this.#store({ ...secret, versions });
  }

  /**
   * The secret of a name or ARN.
   *
   * @throws ServiceError `ResourceNotFoundException`
   */
  get(id: string): Secret {
    for (const secret of this.#secrets.values()) {
      // An ARN without its random ending is understood too.
      if (id === secret.name || id === secret.arn || id === secret.arn.slice(0, -7)) return secret;
    }
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  /**
   * A value of a secret; the current one with its local values.
   *
   * @throws ServiceError `ResourceNotFoundException`
   */
  getVersion(id: string, wanted: Parameters<typeof findVersion>[1] = {}): SecretVersion {
    const { name, versions } = this.get(id);
    const version = findVersion(versions, wanted);
    if (!version.stages.includes(CURRENT)) return version;
    return { ...version, value: this.#localValues.overlay(name, version.value) };
  }

  /**
   * Stores a new value.
   *
   * @returns its version
   * @throws ServiceError `ResourceNotFoundException` or `ResourceExistsException`
   */
  async put(id: string, { value, ...settings }: NewValue): Promise<SecretVersion> {
    const secret = this.get(id);
    const version = newVersion({ value: this.#localValues.remove(secret.name, value), ...settings });
    const versions = addVersion(secret.versions, version);
    if (versions !== secret.versions) await this.#store({ ...secret, versions, changedAtMs: Date.now() });
    return findVersion(versions, { versionId: version.versionId });
  }

  /**
   * Moves a staging label.
   *
   * @throws ServiceError `ResourceNotFoundException` or `InvalidParameterException`
   */
  async moveStage(id: string, move: StageMove): Promise<Secret> {
    const secret = this.get(id);
    const versions: SecretVersions = moveStage(secret.versions, move);
    const moved = { ...secret, versions, changedAtMs: Date.now() };
    await this.#store(moved);
    return moved;
  }

  #store(secret: Secret): Promise<void> {
    this.#secrets.set(secret.name, secret);
    return this.#file.write(() => [...this.#secrets.values()]);
  }
}

function newVersion({ value, versionId = randomUUID(), stages = [CURRENT] }: NewValue): SecretVersion {
  return { versionId, value, createdAtMs: Date.now(), stages };
}
