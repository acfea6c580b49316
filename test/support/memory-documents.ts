import {
  type Collection,
  DocumentConflict,
  type DocumentPage,
  type DocumentStore,
  type StoredDocument,
} from '../../lib/storage/document-store.ts';
import type { PageOptions } from '../../lib/storage/query-page.ts';

/** Documents in memory, with the rules of the real store. */
export class MemoryDocuments implements Pick<DocumentStore, keyof DocumentStore> {
  readonly #items = new Map<string, { json: string; version: number }>();
  /** Writes that took place, for example `create acme directory member#1`. */
  readonly writes: string[] = [];
  /** Writes that may still take place before the process dies. */
  writesLeft = Number.POSITIVE_INFINITY;

  async get<Value>(
    tenantId: string,
    collection: Collection,
    sort: string,
  ): Promise<StoredDocument<Value> | undefined> {
    await undefined;
    const item = this.#items.get(key(tenantId, collection, sort));
    return item && { sort, value: JSON.parse(item.json) as Value, version: item.version };
  }

  async list<Value>(
    tenantId: string,
    collection: Collection,
    { prefix = '', after, limit = 1_000, descending = false }: PageOptions = {},
  ): Promise<DocumentPage<Value>> {
    await undefined;
    const start = key(tenantId, collection, '');
    const sorts = [...this.#items.keys()]
      .filter((one) => one.startsWith(start + prefix))
      .map((one) => one.slice(start.length))
      .sort();
    if (descending) sorts.reverse();
    const following = sorts.filter(
      (sort) => after === undefined || (descending ? sort < after : sort > after),
    );
    const page = following.slice(0, limit);
    const documents = await Promise.all(page.map((sort) => this.get<Value>(tenantId, collection, sort)));
    const last = page.at(-1);
    return {
      documents: documents.filter((document) => document !== undefined),
      ...(page.length === limit && last !== undefined ? { next: last } : {}),
    };
  }

  async create<Value>(tenantId: string, collection: Collection, sort: string, value: Value): Promise<void> {
    await this.#write(tenantId, collection, sort, value, undefined);
  }

  async replace<Value>(
    tenantId: string,
    collection: Collection,
    sort: string,
    value: Value,
    version: number,
  ): Promise<void> {
    await this.#write(tenantId, collection, sort, value, version);
  }

  async remove(tenantId: string, collection: Collection, sort: string): Promise<void> {
    await this.#allowWrite();
    this.#items.delete(key(tenantId, collection, sort));
    this.writes.push(`remove ${tenantId} ${collection} ${sort}`);
  }

  async #write(
    tenantId: string,
    collection: Collection,
    sort: string,
    value: unknown,
    version: number | undefined,
  ): Promise<void> {
    await this.#allowWrite();
    const place = key(tenantId, collection, sort);
    if (this.#items.get(place)?.version !== version) throw new DocumentConflict(`${place} is not as read`);
    this.#items.set(place, { json: JSON.stringify(value), version: (version ?? 0) + 1 });
    this.writes.push(`${version === undefined ? 'create' : 'replace'} ${tenantId} ${collection} ${sort}`);
  }

  async #allowWrite(): Promise<void> {
    await undefined;
    if (this.writesLeft <= 0) throw new Error('the process has died');
    this.writesLeft -= 1;
  }
}

function key(tenantId: string, collection: Collection, sort: string): string {
  return `${tenantId}#${collection}\n${sort}`;
}
