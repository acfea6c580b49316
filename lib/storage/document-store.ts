import { type AttributeValue, ConditionalCheckFailedException } from './aws/dynamodb.ts';
import type { ClientFor } from './client-for.ts';
import { type PageOptions, queryPage } from './query-page.ts';

/** What a tenant's documents are kept under. `settings` are read whole for every request, so little belongs there. */
export type Collection = 'settings' | 'directory' | 'tenants' | 'events';

export interface StoredDocument<Value> {
  /** Unique in the collection, and what it is ordered by. */
  readonly sort: string;
  readonly value: Value;
  /** Grows with every change: a change names the version that it is of. */
  readonly version: number;
}

export interface DocumentPage<Value> {
  readonly documents: readonly StoredDocument<Value>[];
  /** Where the next page begins: the `after` to ask with. Absent: this was the last. */
  readonly next?: string;
}

/** A document was there already, was not there any more, or had been changed meanwhile. */
export class DocumentConflict extends Error {
  override readonly name = 'DocumentConflict';
}

/** The table of what tenants are and have set: small JSON documents, in collections by tenant. */
export class DocumentStore {
  readonly #tableName: string;
  readonly #clientFor: ClientFor;

  constructor(tableName: string, clientFor: ClientFor) {
    this.#tableName = tableName;
    this.#clientFor = clientFor;
  }

  async get<Value>(
    tenantId: string,
    collection: Collection,
    sort: string,
  ): Promise<StoredDocument<Value> | undefined> {
    const { Item: item } = await this.#clientFor(tenantId).getItem({
      TableName: this.#tableName,
      Key: key(tenantId, collection, sort),
      ConsistentRead: true,
    });
    return item && read<Value>(item);
  }

  /** Documents in the order of their sort keys. */
  async list<Value>(
    tenantId: string,
    collection: Collection,
    options: PageOptions = {},
  ): Promise<DocumentPage<Value>> {
    const { items, next } = await queryPage(this.#clientFor(tenantId), {
      tableName: this.#tableName,
      partition: partition(tenantId, collection),
      ...options,
    });
    return { documents: items.map(read<Value>), ...(next !== undefined && { next }) };
  }

  /** @throws DocumentConflict where there is one already */
  async create<Value>(tenantId: string, collection: Collection, sort: string, value: Value): Promise<void> {
    await this.#put(tenantId, collection, sort, value, 1, 'attribute_not_exists(sort)');
  }

  /**
   * Changes a document.
   *
   * @param version - the version that was read
   * @throws DocumentConflict where it has been changed or removed meanwhile
   */
  async replace<Value>(
    tenantId: string,
    collection: Collection,
    sort: string,
    value: Value,
    version: number,
  ): Promise<void> {
    await this.#put(tenantId, collection, sort, value, version + 1, 'version = :before', {
      ':before': { N: String(version) },
    });
  }

  /** Removes a document, if it is there. */
  async remove(tenantId: string, collection: Collection, sort: string): Promise<void> {
    await this.#clientFor(tenantId).deleteItem({
      TableName: this.#tableName,
      Key: key(tenantId, collection, sort),
    });
  }

  async #put(
    tenantId: string,
    collection: Collection,
    sort: string,
    value: unknown,
    version: number,
    condition: string,
    values?: Record<string, AttributeValue>,
  ): Promise<void> {
    try {
      await this.#clientFor(tenantId).putItem({
        TableName: this.#tableName,
        Item: {
          ...key(tenantId, collection, sort),
          document: { S: JSON.stringify(value) },
          version: { N: String(version) },
        },
        ConditionExpression: condition,
        ...(values && { ExpressionAttributeValues: values }),
      });
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        throw new DocumentConflict(`${collection} ${sort} of tenant ${tenantId} is not as it was read`, {
          cause: error,
        });
      }
      throw error;
    }
  }
}

function partition(tenantId: string, collection: Collection): string {
  return `${tenantId}#${collection}`;
}

function key(tenantId: string, collection: Collection, sort: string) {
  return { partition: { S: partition(tenantId, collection) }, sort: { S: sort } };
}

function read<Value>(item: Record<string, AttributeValue>): StoredDocument<Value> {
  return {
    sort: item.sort?.S ?? '',
    value: JSON.parse(item.document?.S ?? 'null') as Value,
    version: Number(item.version?.N),
  };
}
