import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKeyRecord, ApiKeyStore } from '../storage/api-key-store.ts';
import { hashApiKey, type ParsedApiKey, parseApiKey } from './api-key-format.ts';
import type { Principal } from './principal.ts';
import { grantedPermissions, type Role } from './roles.ts';

/** Why a key was refused. Recorded; the caller only learns that the key is not valid. */
export type RefusalReason =
  | 'malformed'
  | 'other-environment'
  | 'unknown'
  | 'wrong-secret'
  | 'expired'
  | 'revoked';

export type Authentication =
  | { readonly accepted: true; readonly principal: Principal }
  | { readonly accepted: false; readonly reason: RefusalReason; readonly keyId?: string };

interface CachedRecord {
  readonly record: Promise<ApiKeyRecord | undefined>;
  readonly expiresAtMs: number;
  /** SHA-256 of the key that was accepted: the same key again needs no keyed hash, which costs ten times as much. */
  acceptedDigest?: Buffer;
}

export interface AuthenticatorOptions {
  readonly store: Pick<ApiKeyStore, 'get'>;
  readonly pepper: () => Promise<string>;
  readonly environment: string;
  /** How long a record is remembered, in milliseconds; a revoked key works on for at most this long. */
  readonly cacheMs: number;
  readonly now?: () => number;
}

/** Bounds the memory that callers with invented key ids can make us use. */
const maxCachedRecords = 10_000;
/** An unknown id is asked for again after this long, so that a new key works soon everywhere. */
const unknownCacheMs = 5_000;
const noHash = Buffer.alloc(32);

/** Tells who a key belongs to. Looks records up by id and compares hashes in constant time. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #now: () => number;
  readonly #records = new Map<string, CachedRecord>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Fails only if the record or the pepper could not be read. */
  async authenticate(presented: string): Promise<Authentication> {
    const key = parseApiKey(presented);
    if (!key) return { accepted: false, reason: 'malformed' };
    const { keyId } = key;
    if (key.environment !== this.#options.environment)
      return { accepted: false, reason: 'other-environment', keyId };
    const cached = this.#record(keyId);
    // The pepper is asked for at the same time: a cold start then waits for one round trip, not two.
    const [record] = await Promise.all([cached.record, this.#options.pepper()]);
    const matches = await this.#matches(presented, key, record, cached);
    if (!record) return { accepted: false, reason: 'unknown', keyId };
    if (!matches) return { accepted: false, reason: 'wrong-secret', keyId };
    if (record.revokedAtMs !== undefined) return { accepted: false, reason: 'revoked', keyId };
    if (record.expiresAtMs !== undefined && record.expiresAtMs <= this.#now()) {
      return { accepted: false, reason: 'expired', keyId };
    }
    return { accepted: true, principal: principalOf(record) };
  }

  /** Compares in constant time. An unknown id costs the same as a wrong secret, so that the time tells nothing. */
  async #matches(
    presented: string,
    key: ParsedApiKey,
    record: ApiKeyRecord | undefined,
    cached: CachedRecord,
  ): Promise<boolean> {
    const digest = hash('sha256', presented, 'buffer');
    if (cached.acceptedDigest && timingSafeEqual(digest, cached.acceptedDigest)) return true;
    const expected = record ? Buffer.from(record.hash, 'hex') : noHash;
    const matches = timingSafeEqual(hashApiKey(key, await this.#options.pepper()), expected);
    if (matches && record) cached.acceptedDigest = digest;
    return matches;
  }

  #record(keyId: string): CachedRecord {
    const now = this.#now();
    const cached = this.#records.get(keyId);
    if (cached && cached.expiresAtMs > now) return cached;
    const record = this.#options.store.get(keyId);
    const entry: CachedRecord = { record, expiresAtMs: now + this.#options.cacheMs };
    this.#remember(keyId, entry);
    record.then(
      (found) => {
        if (!found)
          this.#remember(keyId, {
            record,
            expiresAtMs: now + Math.min(unknownCacheMs, this.#options.cacheMs),
          });
      },
      () => this.#records.delete(keyId),
    );
    return entry;
  }

  #remember(keyId: string, entry: CachedRecord): void {
    this.#records.delete(keyId);
    if (this.#records.size >= maxCachedRecords) {
      // A Map iterates in insertion order: the first is the oldest.
      const oldest = this.#records.keys().next().value;
      if (oldest !== undefined) this.#records.delete(oldest);
    }
    this.#records.set(keyId, entry);
  }
}

function principalOf(record: ApiKeyRecord): Principal {
  const { keyId, tenantId, projectId, scopes, allowedModels, userId } = record;
  const role = (record.role ?? (scopes.includes('admin') ? 'platform-admin' : 'member')) as Role;
  return {
    kind: 'api-key',
    keyId,
    tenantId,
    homeTenantId: tenantId,
    projectId,
    role,
    permissions: grantedPermissions(role, scopes),
    ...(allowedModels && { allowedModels }),
    ...(userId !== undefined && { userId }),
  };
}
