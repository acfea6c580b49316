import { JsonFile } from '../data-directory/json-file.ts';
import { ServiceError } from '../engines/json-service.ts';
import { type KeyUsage, keySpecification } from './key-specs.ts';

/** A KMS key as it is kept. */
export interface Key {
  readonly keyId: string;
  readonly arn: string;
  readonly description: string;
  readonly keySpec: string;
  readonly keyUsage: KeyUsage;
  readonly enabled: boolean;
  /** Says only that AWS would rotate it; here the secret stays. */
  readonly rotationEnabled: boolean;
  readonly createdAtMs: number;
  /** The key's secret, in Base64. It never leaves the process but for the file. */
  readonly material: string;
}

export type KeyDeclaration = Omit<Key, 'createdAtMs' | 'material' | 'keyUsage'> & {
  /** @default - the only usage of the KeySpec, or ENCRYPT_DECRYPT */
  readonly keyUsage?: string;
};

export interface Alias {
  /** With `alias/` at the beginning. */
  readonly name: string;
  readonly arn: string;
  readonly keyId: string;
}

const KEY_ID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

/** Holds KMS keys in one file that its owner alone can read, and their aliases in memory: each start declares them again. */
export class KeyStore {
  readonly #file: JsonFile<readonly Key[]>;
  readonly #keys: Map<string, Key>;
  readonly #aliases = new Map<string, Alias>();

  private constructor(file: JsonFile<readonly Key[]>, keys: readonly Key[]) {
    this.#file = file;
    this.#keys = new Map(keys.map((key) => [key.keyId, key]));
  }

  /** @throws Error where the file is there but cannot be read */
  static async open(path: string): Promise<KeyStore> {
    const file = new JsonFile<readonly Key[]>(path);
    return new KeyStore(file, (await file.read()) ?? []);
  }

  /**
   * Makes a key be there. One that is there keeps its secret, and takes the rest of the declaration.
   *
   * @throws Error where there cannot be such a key, or the one that is there is of another kind
   */
  async declare(declaration: KeyDeclaration): Promise<void> {
    const { keyId, keySpec } = declaration;
    const keyUsage = usageOf(declaration);
    if (declaration.rotationEnabled && keySpec !== 'SYMMETRIC_DEFAULT')
      throw new Error(`only keys of the KeySpec SYMMETRIC_DEFAULT can rotate, not ${keySpec}`);
    const existing = this.#keys.get(keyId);
    if (existing && (existing.keySpec !== keySpec || existing.keyUsage !== keyUsage)) {
      throw new Error(
        `the key exists as ${existing.keySpec} for ${existing.keyUsage}; give the changed one another logical id`,
      );
    }
    const { material, createdAtMs } = existing ?? {
      material: (await keySpecification(keySpec).generate()).toString('base64'),
      createdAtMs: Date.now(),
    };
    this.#keys.set(keyId, { ...declaration, keyUsage, material, createdAtMs });
    await this.#file.write(() => [...this.#keys.values()]);
  }

  /** @throws ServiceError `NotFoundException` where there is no such key */
  declareAlias({ name, arn, target }: { name: string; arn: string; target: string }): void {
    this.#aliases.set(name, { name, arn, keyId: this.find(target).keyId });
  }

  /** All aliases, by name, or those of one key. */
  aliases(keyId?: string): readonly Alias[] {
    return [...this.#aliases.values()]
      .filter((alias) => keyId === undefined || alias.keyId === keyId)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /**
   * The key of an id, an ARN, an alias or an alias' ARN.
   *
   * @throws ServiceError `NotFoundException`
   */
  find(id: string): Key {
    const resource = id.startsWith('arn:') ? (id.split(':').at(5) ?? '') : id;
    if (resource.startsWith('alias/')) {
      const alias = this.#aliases.get(resource);
      if (alias && (id === resource || id === alias.arn)) return this.find(alias.keyId);
      throw new ServiceError('NotFoundException', `Alias ${id} is not found.`);
    }
    const key = this.#keys.get(id === resource ? id : resource.replace(/^key\//, ''));
    if (key && (id === resource || id === key.arn)) return key;
    const known = id.startsWith('arn:') || KEY_ID.test(id);
    throw new ServiceError(
      'NotFoundException',
      known ? `Key '${id}' does not exist` : `Invalid keyId '${id}'`,
    );
  }
}

function usageOf({ keySpec, keyUsage: asked }: KeyDeclaration): KeyUsage {
  const usages = Object.keys(keySpecification(keySpec).algorithms) as KeyUsage[];
  const [only] = usages;
  const usage = asked === undefined ? only : usages.find((one) => one === asked);
  if (usage) return usage;
  throw new Error(`a key of the KeySpec ${keySpec} is for ${usages.join(' or ')}, not for ${asked}`);
}
