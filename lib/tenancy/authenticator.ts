import { hash, timingSafeEqual } from 'node:crypto';
import type { ApiKeyRecord, ApiKeyStore } from '../storage/api-key-store.ts';
import { hashApiKey, type ParsedApiKey, parseApiKey } from './api-key-format.ts';
import type { Principal } from './principal.ts';
import { grantedPermissions, roleOfKey } from './roles.ts';
import { compileRanges, type SourceCheck } from './source-ranges.ts';

/** Why a key was refused. Recorded; the caller only learns that the key is not valid. */
export type RefusalReason =
  | 'malformed'
  | 'other-environment'
  | 'unknown'
  | 'wrong-secret'
  | 'expired'
  | 'revoked'
  | 'source-address';

export type Authentication =
  | { readonly accepted: true; readonly principal: Principal }
  | { readonly accepted: false; readonly reason: RefusalReason; readonly keyId?: string };

/** What is prepared from a record that was read. */
interface KnownKey {
  readonly record: ApiKeyRecord;
  readonly principal: Principal;
  /** Absent: the key may be used from anywhere. */
  readonly isSourceAllowed?: SourceCheck;
}

interface CachedRecord {
  readonly known: Promise<KnownKey | undefined>;
  readonly expiresAtMs: number;
  /** SHA-256 of the key that was accepted: the same key again needs no keyed hash, which costs ten times as much. */
  acceptedDigest?: Buffer;
}

export interface AuthenticatorOptions {
  readonly store: Pick<ApiKeyStore, 'get'> & Partial<Pick<ApiKeyStore, 'noteUse'>>;
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
/** A key's last use is written down at most once in this time. */
const useNotedEveryMs = 60 * 60 * 1_000;
const noHash = Buffer.alloc(32);

/** Tells who a key belongs to. Looks records up by id and compares hashes in constant time. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #now: () => number;
  readonly #records = new Map<string, CachedRecord>();
  /** When the use of a key was noted last, as far as this process knows. */
  readonly #notedAtMs = new Map<string, number>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Fails only if the record or the pepper could not be read.
   *
   * @param sourceAddress - where the request comes from, as the front saw it
   */
  async authenticate(presented: string, sourceAddress = ''): Promise<Authentication> {
    const key = parseApiKey(presented);
    if (!key) return { accepted: false, reason: 'malformed' };
    const { keyId } = key;
    if (key.environment !== this.#options.environment)
      return { accepted: false, reason: 'other-environment', keyId };
    const cached = this.#record(keyId);
    // The pepper is asked for at the same time: a cold start then waits for one round trip, not two.
    const [known, pepper] = await Promise.all([cached.known, this.#options.pepper()]);
    const matches = matchesHash(presented, key, known?.record, pepper, cached);
    if (!known) return { accepted: false, reason: 'unknown', keyId };
    if (!matches) return { accepted: false, reason: 'wrong-secret', keyId };
    const { record, principal, isSourceAllowed } = known;
    if (record.revokedAtMs !== undefined) return { accepted: false, reason: 'revoked', keyId };
    if (record.expiresAtMs !== undefined && record.expiresAtMs <= this.#now()) {
      return { accepted: false, reason: 'expired', keyId };
    }
    if (isSourceAllowed && !isSourceAllowed(sourceAddress)) {
      return { accepted: false, reason: 'source-address', keyId };
    }
    return { accepted: true, principal };
  }

  /**
   * Notes that a key that was accepted is in use: at most once an hour.
   *
   * @returns the write, to be waited for behind the answer; undefined where none is due
   */
  noteUse(keyId: string): Promise<void> | undefined {
    const { store } = this.#options;
    const now = this.#now();
    const notedAtMs = this.#notedAtMs.get(keyId);
    if (!store.noteUse || (notedAtMs !== undefined && notedAtMs > now - useNotedEveryMs)) return undefined;
    if (this.#notedAtMs.size >= maxCachedRecords) this.#notedAtMs.clear();
    this.#notedAtMs.set(keyId, now);
    return store.noteUse(keyId, now, now - useNotedEveryMs);
  }

  /** Forgets a key, after a change: the next request with it reads anew. */
  forget(keyId: string): void {
    this.#records.delete(keyId);
  }

  #record(keyId: string): CachedRecord {
    const now = this.#now();
    const cached = this.#records.get(keyId);
    if (cached && cached.expiresAtMs > now) return cached;
    const known = this.#read(keyId);
    const entry: CachedRecord = { known, expiresAtMs: now + this.#options.cacheMs };
    this.#remember(keyId, entry);
    known.then(
      (found) => {
        if (found || this.#records.get(keyId) !== entry) return;
        const expiresAtMs = now + Math.min(unknownCacheMs, this.#options.cacheMs);
        this.#remember(keyId, { known, expiresAtMs });
      },
      () => {
        if (this.#records.get(keyId) === entry) this.#records.delete(keyId);
      },
    );
    return entry;
  }

  async #read(keyId: string): Promise<KnownKey | undefined> {
    const record = await this.#options.store.get(keyId);
    if (!record) return undefined;
    // Another process may have noted the use lately.
    if (record.lastUsedAtMs !== undefined) this.#notedAtMs.set(keyId, record.lastUsedAtMs);
    const { sourceRanges } = record;
    return {
      record,
      principal: principalOf(record),
      ...(sourceRanges && { isSourceAllowed: compileRanges(sourceRanges) }),
    };
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

/** Compares in constant time. An unknown id costs the same as a wrong secret, so that the time tells nothing. */
function matchesHash(
  presented: string,
  key: ParsedApiKey,
  record: ApiKeyRecord | undefined,
  pepper: string,
  cached: CachedRecord,
): boolean {
  const digest = hash('sha256', presented, 'buffer');
  if (cached.acceptedDigest && timingSafeEqual(digest, cached.acceptedDigest)) return true;
  const expected = record ? Buffer.from(record.hash, 'hex') : noHash;
  const matches = timingSafeEqual(hashApiKey(key, pepper), expected);
  if (matches && record) cached.acceptedDigest = digest;
  return matches;
}

/** Who a key's holder is. */
function principalOf(record: ApiKeyRecord): Principal {
  const { keyId, tenantId, projectId, scopes, allowedModels, userId } = record;
  const role = roleOfKey(record);
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
