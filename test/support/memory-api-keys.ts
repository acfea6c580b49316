import type { ApiKeyRecord, ApiKeyStore } from '../../lib/storage/api-key-store.ts';

/** Keys in memory, with the rules of the real store. */
export class MemoryApiKeys implements Pick<ApiKeyStore, keyof ApiKeyStore> {
  readonly records = new Map<string, string>();
  readonly uses = new Map<string, number>();
  /** Writes that may still take place before the process dies. */
  writesLeft = Number.POSITIVE_INFINITY;

  async get(keyId: string): Promise<ApiKeyRecord | undefined> {
    await undefined;
    const json = this.records.get(keyId);
    const lastUsedAtMs = this.uses.get(keyId);
    return json === undefined
      ? undefined
      : { ...(JSON.parse(json) as ApiKeyRecord), ...(lastUsedAtMs === undefined ? {} : { lastUsedAtMs }) };
  }

  async add(record: ApiKeyRecord): Promise<void> {
    await this.#allowWrite();
    if (this.records.has(record.keyId)) throw new Error('ConditionalCheckFailedException');
    this.records.set(record.keyId, serialize(record));
  }

  async replace(before: ApiKeyRecord, after: ApiKeyRecord): Promise<boolean> {
    await this.#allowWrite();
    if (this.records.get(before.keyId) !== serialize(before)) return false;
    this.records.set(before.keyId, serialize(after));
    return true;
  }

  async noteUse(keyId: string, nowMs: number, latelyMs: number): Promise<void> {
    if ((this.uses.get(keyId) ?? -1) < latelyMs) this.uses.set(keyId, nowMs);
  }

  async remove(keyId: string): Promise<void> {
    await this.#allowWrite();
    this.records.delete(keyId);
  }

  async #allowWrite(): Promise<void> {
    await undefined;
    if (this.writesLeft <= 0) throw new Error('the process has died');
    this.writesLeft -= 1;
  }
}

function serialize({ lastUsedAtMs: _besides, ...record }: ApiKeyRecord): string {
  return JSON.stringify(record);
}
