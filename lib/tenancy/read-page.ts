import type { Collection, DocumentStore, StoredDocument } from '../storage/document-store.ts';

export interface PageQuery {
  /** At most this many. */
  readonly limit: number;
  /** The id after which the page begins. */
  readonly after?: string;
  readonly descending?: boolean;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/** Where the documents of a page are. */
export interface PageSource {
  readonly tenantId: string;
  readonly collection: Collection;
  /** What the sort keys begin with; the ids follow. @default - nothing: the ids are the sort keys */
  readonly prefix?: string;
}

/**
 * One page of a collection, as long as it can be.
 *
 * @param keep - gives what the page shows of a document, or undefined where it shows nothing
 */
export async function readPage<Value, Item>(
  store: Pick<DocumentStore, 'list'>,
  { tenantId, collection, prefix }: PageSource,
  { limit, after, descending = false }: PageQuery,
  keep: (document: StoredDocument<Value>) => Item | undefined | Promise<Item | undefined>,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let start = after === undefined ? undefined : `${prefix ?? ''}${after}`;
  for (;;) {
    const page = await store.list<Value>(tenantId, collection, {
      ...(prefix === undefined ? {} : { prefix }),
      // One more than are wanted, to know whether there are more; a filter that keeps few needs not many reads.
      limit: Math.max(limit + 1, 25),
      descending,
      ...(start === undefined ? {} : { after: start }),
    });
    const kept = await Promise.all(page.documents.map(keep));
    for (const item of kept) {
      if (item === undefined) continue;
      if (items.length === limit) return { items, hasMore: true };
      items.push(item);
    }
    if (page.next === undefined) return { items, hasMore: false };
    start = page.next;
  }
}

/** All of a collection, page by page. */
export async function* readAll<Value>(
  store: Pick<DocumentStore, 'list'>,
  { tenantId, collection, prefix }: PageSource,
): AsyncGenerator<StoredDocument<Value>> {
  let after: string | undefined;
  do {
    const page = await store.list<Value>(tenantId, collection, {
      ...(prefix === undefined ? {} : { prefix }),
      ...(after === undefined ? {} : { after }),
    });
    yield* page.documents;
    after = page.next;
  } while (after !== undefined);
}
