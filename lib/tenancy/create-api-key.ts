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
  /** @default - now */
  readonly createdAtMs?: number;
}

export interface CreatedApiKey {
  /** The key itself: to be shown once and kept nowhere. */
  readonly plaintext: string;
  readonly record: ApiKeyRecord;
}

/** Draws a key and stores its hash. */
export async function createApiKey(
  store: Pick<ApiKeyStore, 'add'>,
  options: CreateApiKeyOptions,
): Promise<CreatedApiKey> {
  const { plaintext, record } = drawApiKey(options);
  await store.add(record);
  return { plaintext, record };
}

/** Draws a key, and stores nothing yet. */
export function drawApiKey(options: CreateApiKeyOptions): CreatedApiKey {
  const createdAtMs = options.createdAtMs ?? Date.now();
  const key = newApiKey(options.environment, createdAtMs);
  const record: ApiKeyRecord = {
    keyId: key.keyId,
    hash: hashApiKey(key, options.pepper).toString('hex'),
    tenantId: options.tenantId,
    projectId: options.projectId,
    name: options.name,
    scopes: options.scopes,
    createdAtMs,
    ...(options.role === undefined ? {} : { role: options.role }),
    ...(options.expiresAtMs === undefined ? {} : { expiresAtMs: options.expiresAtMs }),
    ...(options.allowedModels === undefined ? {} : { allowedModels: options.allowedModels }),
    ...(options.sourceRanges === undefined ? {} : { sourceRanges: options.sourceRanges }),
    ...(options.userId === undefined ? {} : { userId: options.userId }),
  };
  return { plaintext: formatApiKey(key), record };
}
