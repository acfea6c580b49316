import type { ApiKeyRecord, ApiKeyStore } from '../storage/api-key-store.ts';
import { formatApiKey, hashApiKey, newApiKey } from './api-key-format.ts';
import type { Role, Scope } from './roles.ts';

export interface CreateApiKeyOptions {
  readonly environment: string;
  /** The deployment's pepper, from its secret. */
  readonly pepper: string;
  readonly tenantId: string;
  readonly projectId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** @default - `platform-admin` with the scope `admin`, else `member` */
  readonly role?: Role;
  readonly expiresAtMs?: number;
  readonly allowedModels?: readonly string[];
  readonly sourceRanges?: readonly string[];
  readonly userId?: string;
}

export interface CreatedApiKey {
  /** The key itself: to be shown once and kept nowhere. */
  readonly plaintext: string;
  readonly record: ApiKeyRecord;
}

/** Draws a key and stores its hash. */
export async function createApiKey(store: ApiKeyStore, options: CreateApiKeyOptions): Promise<CreatedApiKey> {
  const key = newApiKey(options.environment);
  const record: ApiKeyRecord = {
    keyId: key.keyId,
    hash: hashApiKey(key, options.pepper).toString('hex'),
    tenantId: options.tenantId,
    projectId: options.projectId,
    name: options.name,
    scopes: options.scopes,
    createdAtMs: Date.now(),
    ...(options.role === undefined ? {} : { role: options.role }),
    ...(options.expiresAtMs === undefined ? {} : { expiresAtMs: options.expiresAtMs }),
    ...(options.allowedModels === undefined ? {} : { allowedModels: options.allowedModels }),
    ...(options.sourceRanges === undefined ? {} : { sourceRanges: options.sourceRanges }),
    ...(options.userId === undefined ? {} : { userId: options.userId }),
  };
  await store.add(record);
  return { plaintext: formatApiKey(key), record };
}
