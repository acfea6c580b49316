import type { ApiKeyRecord, ApiKeyStore } from '../storage/api-key-store.ts';

import { type Documents, succeeds } from './change-document.ts';
import { type CreateApiKeyOptions, type CreatedApiKey, drawApiKey } from './create-api-key.ts';
import { type Page, type PageQuery, readAll, readPage } from './read-page.ts';
import { type Role, roleOfKey } from './roles.ts';
import { notFound, TenancyError } from './tenancy-error.ts';

/** What a new key is described by. */
export interface NewApiKey
  extends Pick<
    CreateApiKeyOptions,
    'name' | 'scopes' | 'expiresAtMs' | 'allowedModels' | 'sourceRanges' | 'userId'
  > {
  /** '' for a key of the tenant itself, which administers. */
  readonly projectId: string;
  readonly role: Role;
}

/** What of a key can be changed afterwards. */
export type ApiKeyChange = Partial<
  Pick<ApiKeyRecord, 'name' | 'scopes' | 'expiresAtMs' | 'allowedModels' | 'sourceRanges'>
>;

export interface RotationOptions {
  /** How long the old key works on beside the new one. */
  readonly overlapMs: number;
  /** @default - never where the old one did not; else after as long as the old one was given */
  readonly expiresAtMs?: number;
}

/** True while the member or service account that a key acts for is there. */
export type OwnerCheck = (userId: string) => Promise<boolean>;

export interface ApiKeysOptions {
  readonly documents: Documents;
  readonly store: Pick<ApiKeyStore, 'get' | 'add' | 'replace'>;
  /** The deployment's, from its secret. */
  readonly pepper: () => Promise<string>;
  /** The deployment's: part of each key. */
  readonly environment: string;
  /** Told of each key that was changed, so that the change works at once in this process. */
  readonly onChange?: (keyId: string) => void;
  readonly now?: () => number;
}

/**
 * The API keys of tenants. A key's record is found by its id alone, before the tenant is known, and alone decides; an
 * entry in the tenant's directory lists it. The entry comes first and goes last, so a process that dies between the two
 * leaves at most an entry without a key, which lists pass over.
 */
export class ApiKeys {
  readonly #options: ApiKeysOptions;
  readonly #now: () => number;

  constructor(options: ApiKeysOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** @throws TenancyError `not_found` where its owner was removed meanwhile */
  async create(tenantId: string, wanted: NewApiKey, isOwnerThere: OwnerCheck): Promise<CreatedApiKey> {
    const { documents, store, environment, pepper } = this.#options;
    const key = drawApiKey({
      ...wanted,
      tenantId,
      environment,
      pepper: await pepper(),
      createdAtMs: this.#now(),
    });
    await documents.create(tenantId, 'directory', entrySort(key.record), {});
    await store.add(key.record);
    const { userId } = wanted;
    // Asked after the key is listed: who removes the owner at this moment finds the key, or is noticed here.
    if (userId !== undefined && !(await isOwnerThere(userId))) {
      await this.revoke(tenantId, key.record.keyId);
      throw notFound('owner', userId);
    }
    return key;
  }

  /**
   * A key of the tenant that is not revoked.
   *
   * @param projectId - the project that it must be of
   * @throws TenancyError `not_found`
   */
  async get(tenantId: string, keyId: string, projectId?: string): Promise<ApiKeyRecord> {
    const record = await this.#read(tenantId, keyId);
    if (!record || record.revokedAtMs !== undefined) throw notFound('API key', keyId);
    if (projectId !== undefined && record.projectId !== projectId) throw notFound('API key', keyId);
    return record;
  }

  page(
    tenantId: string,
    projectId: string,
    query: PageQuery,
    keep: (record: ApiKeyRecord) => boolean | Promise<boolean> = () => true,
  ): Promise<Page<ApiKeyRecord>> {
    const source = { tenantId, collection: 'directory', prefix: `key#${projectId}#` } as const;
    return readPage<unknown, ApiKeyRecord>(this.#options.documents, source, query, async ({ sort }) => {
      const record = await this.#read(tenantId, sort.slice(source.prefix.length));
      if (!record || record.revokedAtMs !== undefined) return undefined;
      return (await keep(record)) ? record : undefined;
    });
  }

  /** @throws TenancyError `not_found`; `conflict` where it has expired */
  async change(
    tenantId: string,
    keyId: string,
    change: ApiKeyChange,
    projectId?: string,
  ): Promise<ApiKeyRecord> {
    for (;;) {
      const before = await this.get(tenantId, keyId, projectId);
      this.#refuseExpired(before);
      const after = { ...before, ...change };
      if (await this.#replace(before, after)) return after;
    }
  }

  /**
   * Ends a key for good. A repetition completes what was interrupted.
   *
   * @throws TenancyError `not_found`
   */
  async revoke(tenantId: string, keyId: string, projectId?: string): Promise<void> {
    for (;;) {
      const before = await this.#read(tenantId, keyId);
      if (!before || (projectId !== undefined && before.projectId !== projectId)) {
        throw notFound('API key', keyId);
      }
      const isRevoked = before.revokedAtMs !== undefined;
      if (!isRevoked && !(await this.#replace(before, { ...before, revokedAtMs: this.#now() }))) continue;
      await this.#options.documents.remove(tenantId, 'directory', entrySort(before));
      if (isRevoked) throw notFound('API key', keyId);
      return;
    }
  }

  /**
   * Makes a key like this one, which works on for a while. The new key is there before the old one's end is set: who dies
   * in between leaves two keys, not none.
   *
   * @throws TenancyError `not_found`; `conflict` where it has expired, was rotated before, or changes right now
   */
  async rotate(
    tenantId: string,
    keyId: string,
    { overlapMs, expiresAtMs }: RotationOptions,
    isOwnerThere: OwnerCheck,
  ): Promise<CreatedApiKey> {
    const before = await this.get(tenantId, keyId);
    this.#refuseExpired(before);
    if (before.replacedBy !== undefined) {
      throw new TenancyError(
        'conflict',
        `The key was rotated already: '${before.replacedBy}' has taken its place.`,
      );
    }
    const now = this.#now();
    const lifetimeMs = before.expiresAtMs === undefined ? undefined : before.expiresAtMs - before.createdAtMs;
    const newExpiresAtMs = expiresAtMs ?? (lifetimeMs === undefined ? undefined : now + lifetimeMs);
    const { projectId, name, scopes, allowedModels, sourceRanges, userId } = before;
    const created = await this.create(
      tenantId,
      {
        projectId,
        name,
        scopes: scopes as NewApiKey['scopes'],
        role: roleOfKey(before),
        ...(newExpiresAtMs === undefined ? {} : { expiresAtMs: newExpiresAtMs }),
        ...(allowedModels && { allowedModels }),
        ...(sourceRanges && { sourceRanges }),
        ...(userId === undefined ? {} : { userId }),
      },
      isOwnerThere,
    );
    const after: ApiKeyRecord = {
      ...before,
      replacedBy: created.record.keyId,
      expiresAtMs: Math.min(before.expiresAtMs ?? Number.POSITIVE_INFINITY, now + overlapMs),
    };
    if (await this.#replace(before, after)) return created;
    // Somebody else was faster. The new key was shown to nobody.
    await this.revoke(tenantId, created.record.keyId);
    throw new TenancyError(
      'conflict',
      'The key is being changed by somebody else. Look at it, and try again.',
    );
  }

  /** Ends all keys that act for a member or service account, or those of them that `ends` names. */
  async revokeAllOf(
    tenantId: string,
    userId: string,
    ends: (record: ApiKeyRecord) => boolean = () => true,
  ): Promise<void> {
    const source = { tenantId, collection: 'directory', prefix: 'key#' } as const;
    for await (const { sort } of readAll(this.#options.documents, source)) {
      const keyId = sort.slice(sort.lastIndexOf('#') + 1);
      const record = await this.#read(tenantId, keyId);
      if (record?.userId !== userId || record.revokedAtMs !== undefined || !ends(record)) continue;
      await this.revoke(tenantId, keyId).catch((error: unknown) => {
        // Somebody else has ended it.
        if (!(error instanceof TenancyError)) throw error;
      });
    }
  }

  /** Lists a key that was made by other means. */
  async list(record: ApiKeyRecord): Promise<void> {
    await succeeds(this.#options.documents.create(record.tenantId, 'directory', entrySort(record), {}));
  }

  /** A record of another tenant is as if there were none. */
  async #read(tenantId: string, keyId: string): Promise<ApiKeyRecord | undefined> {
    const record = await this.#options.store.get(keyId);
    return record?.tenantId === tenantId ? record : undefined;
  }

  async #replace(before: ApiKeyRecord, after: ApiKeyRecord): Promise<boolean> {
    const took = await this.#options.store.replace(before, after);
    if (took) this.#options.onChange?.(before.keyId);
    return took;
  }

  #refuseExpired({ keyId, expiresAtMs }: ApiKeyRecord): void {
    if (expiresAtMs === undefined || expiresAtMs > this.#now()) return;
    throw new TenancyError('conflict', `The key '${keyId}' has expired. Make a new one.`);
  }
}

function entrySort({ projectId, keyId }: Pick<ApiKeyRecord, 'projectId' | 'keyId'>): string {
  return `key#${projectId}#${keyId}`;
}
