import type { TenantObjects, TenantObjectsOptions } from './tenant-objects.ts';

export interface TenantObjectStoreOptions extends TenantObjectsOptions {
  /** The most bytes that an object may have. @default 16 MiB */
  readonly mostBytes?: number;
}

/** An object is larger than the store takes, or gives back in one piece. */
export class ObjectTooLarge extends Error {
  override readonly name = 'ObjectTooLarge';
}

const areaForm = /^[a-z][a-z0-9-]{0,62}$/;
/** No slash and no leading dot: a name is one part of a path, on disk too. */
const nameForm = /^[A-Za-z0-9_-][A-Za-z0-9._=-]{0,254}$/;

/** The bucket of large bodies: small objects of tenants, whole, under `tenants/<tenant>/<area>/<name>`. */
export class TenantObjectStore {
  readonly #options: TenantObjectStoreOptions;
  readonly #mostBytes: number;
  #objects: Promise<TenantObjects> | undefined;

  constructor(options: TenantObjectStoreOptions) {
    this.#options = options;
    this.#mostBytes = options.mostBytes ?? 16 * 1024 * 1024;
  }

  /** Stores an object; an earlier one of the name is replaced. @throws ObjectTooLarge */
  async put(tenantId: string, area: string, name: string, bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength > this.#mostBytes) throw this.#tooLarge(name, bytes.byteLength);
    await (await this.#loaded()).put(tenantId, key(tenantId, area, name), bytes);
  }

  /** The bytes of an object, or undefined where there is none. @throws ObjectTooLarge */
  async get(tenantId: string, area: string, name: string): Promise<Uint8Array | undefined> {
    const found = await (await this.#loaded()).get(tenantId, key(tenantId, area, name), this.#mostBytes);
    if (found === undefined || typeof found !== 'number') return found;
    throw this.#tooLarge(name, found);
  }

  /** Removes an object, if it is there. */
  async delete(tenantId: string, area: string, name: string): Promise<void> {
    await (await this.#loaded()).delete(tenantId, key(tenantId, area, name));
  }

  #tooLarge(name: string, bytes: number): ObjectTooLarge {
    return new ObjectTooLarge(`the object ${name} has ${bytes} bytes, more than ${this.#mostBytes}`);
  }

  /** The client of S3 is loaded when first used, which in most processes is never. */
  #loaded(): Promise<TenantObjects> {
    this.#objects ??= import('./tenant-objects.ts').then(({ tenantObjects }) => tenantObjects(this.#options));
    return this.#objects;
  }
}

function key(tenantId: string, area: string, name: string): string {
  if (!areaForm.test(area)) throw new Error(`"${area}" is no area of objects`);
  if (!nameForm.test(name)) throw new Error(`"${name}" is no name of an object`);
  return `tenants/${tenantId}/${area}/${name}`;
}
