import { type Collection, DocumentConflict, type DocumentStore } from '../storage/document-store.ts';
import { TenancyError } from './tenancy-error.ts';

/** What a store of documents does, whoever does it. */
export type Documents = Pick<DocumentStore, keyof DocumentStore>;

/** Administrators rarely meet; who loses this often meets a program that never stops writing. */
const maxAttempts = 10;

/**
 * Changes a document as it is now, again where somebody else changed it meanwhile.
 *
 * @param change - gives the value to store, or the one it was given where nothing is to be stored
 * @returns the value as stored, or undefined where there is no such document
 * @throws TenancyError where others keep changing it; what `change` throws
 */
export async function changeDocument<Value>(
  store: Pick<DocumentStore, 'get' | 'replace'>,
  tenantId: string,
  collection: Collection,
  sort: string,
  change: (value: Value) => Value,
): Promise<Value | undefined> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const found = await store.get<Value>(tenantId, collection, sort);
    if (!found) return undefined;
    const changed = change(found.value);
    if (changed === found.value) return changed;
    if (await succeeds(store.replace(tenantId, collection, sort, changed, found.version))) return changed;
  }
  throw new TenancyError('conflict', 'Somebody else is changing the same thing. Try again.');
}

/** True where the write took place, false where the document was not as expected. */
export async function succeeds(write: Promise<void>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof DocumentConflict) return false;
    throw error;
  }
}
