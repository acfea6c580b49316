import type { ApiKeyStore } from '../storage/api-key-store.ts';
import type { Collection } from '../storage/document-store.ts';
import type { Documents } from './change-document.ts';
import type { Tenant } from './tenant.ts';
import { tenantDocument } from './tenant-settings.ts';
import type { Tenants } from './tenants.ts';

/** Removes a part of what a deleted tenant has, and says how much that was; nothing is left once it is 0. */
export type TenantPurger = (tenantId: string) => Promise<number>;

export interface PurgeParts {
  readonly tenants: Tenants;
  readonly documents: Documents;
  readonly apiKeys: Pick<ApiKeyStore, 'get' | 'remove'>;
  /** What is kept elsewhere goes first: it may be found by the documents. */
  readonly others?: readonly TenantPurger[];
}

export interface PurgeResult {
  /** `deleted` once nothing is left. */
  readonly tenant: Tenant;
  readonly removed: number;
}

/** As many as one request has time for. */
const pageSize = 100;
/** The longest request, the time for which caches may not know of the deletion, and some more. */
const quietMs = 20 * 60 * 1_000;
const collections: readonly Collection[] = ['directory', 'events', 'settings'];

/**
 * Removes one page of what a deleted tenant has. To be repeated until the tenant is `deleted`; a repetition goes on where
 * the last one ended, however that was.
 *
 * @throws TenancyError as `Tenants.beginPurge`
 */
export async function purgeTenant(tenantId: string, parts: PurgeParts): Promise<PurgeResult> {
  const { tenants } = parts;
  const tenant = await tenants.beginPurge(tenantId, quietMs);
  if (tenant.status === 'deleted') return { tenant, removed: 0 };
  const purgers: readonly TenantPurger[] = [
    ...(parts.others ?? []),
    ...collections.map((collection) => (id: string) => removeDocuments(id, collection, parts)),
  ];
  for (const purge of purgers) {
    const removed = await purge(tenantId);
    if (removed > 0) return { tenant, removed };
  }
  return { tenant: await tenants.endPurge(tenantId), removed: 0 };
}

async function removeDocuments(
  tenantId: string,
  collection: Collection,
  { documents, apiKeys }: PurgeParts,
): Promise<number> {
  const page = await documents.list(tenantId, collection, { limit: pageSize });
  // The record goes never: it is what says that the tenant is deleted.
  const going = page.documents.filter(({ sort }) => collection !== 'settings' || sort !== tenantDocument);
  for (const { sort } of going) {
    const [, keyId] = collection === 'directory' ? (/^key#[^#]*#([^#]+)$/.exec(sort) ?? []) : [];
    if (keyId !== undefined && (await apiKeys.get(keyId))?.tenantId === tenantId) await apiKeys.remove(keyId);
    await documents.remove(tenantId, collection, sort);
  }
  return going.length;
}
