import type { ClientFor } from './client-for.ts';

/** Encrypts under a tenant's key. */
export interface ContentCipher {
  encrypt(tenantId: string, plaintext: Uint8Array): Promise<Uint8Array>;
  /** @throws where the bytes are not what `encrypt` made for this tenant */
  decrypt(tenantId: string, ciphertext: Uint8Array): Promise<Uint8Array>;
}

/** Objects of a tenant. */
export interface ContentObjects {
  put(tenantId: string, area: string, name: string, bytes: Uint8Array): Promise<void>;
  get(tenantId: string, area: string, name: string): Promise<Uint8Array | undefined>;
  delete(tenantId: string, area: string, name: string): Promise<void>;
}

export interface JobContentStoreOptions {
  readonly tableName: string;
  readonly clientFor: ClientFor;
  readonly cipher: ContentCipher;
  readonly objects: ContentObjects;
}

/** Larger contents are objects. An item holds 400 KB at most, and reading one is billed by 4 KB. */
const maxInlineBytes = 64 * 1_024;

const area = 'jobs';

/**
 * What a job was asked and what came of it: encrypted under the tenant's key, beside the table of jobs. A content is
 * written once under its name, before any job refers to it.
 */
export class JobContentStore {
  readonly #options: JobContentStoreOptions;

  constructor(options: JobContentStoreOptions) {
    this.#options = options;
  }

  /** @param forgetAtMs - when the content may be removed */
  async put(tenantId: string, name: string, bytes: Uint8Array, forgetAtMs: number): Promise<void> {
    const { tableName, clientFor, cipher, objects } = this.#options;
    const content = await cipher.encrypt(tenantId, bytes);
    const isInline = content.byteLength <= maxInlineBytes;
    if (!isInline) await objects.put(tenantId, area, name, content);
    await clientFor(tenantId).putItem({
      TableName: tableName,
      Item: {
        ...key(tenantId, name),
        ...(isInline && { content: { B: content } }),
        expiresAt: { N: String(Math.ceil(forgetAtMs / 1_000)) },
      },
    });
  }

  /** Undefined where the content was removed. */
  async get(tenantId: string, name: string): Promise<Uint8Array | undefined> {
    const { tableName, clientFor, cipher, objects } = this.#options;
    const { Item: item } = await clientFor(tenantId).getItem({
      TableName: tableName,
      Key: key(tenantId, name),
      ConsistentRead: true,
    });
    if (!item) return undefined;
    const content = item.content?.B ?? (await objects.get(tenantId, area, name));
    return content && cipher.decrypt(tenantId, content);
  }

  /** Names of contents that are there, some of them where there are more than `limit`. */
  async names(tenantId: string, limit: number): Promise<readonly string[]> {
    const { tableName, clientFor } = this.#options;
    const { Items: items = [] } = await clientFor(tenantId).query({
      TableName: tableName,
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: { '#partition': 'partition', '#sort': 'sort' },
      ExpressionAttributeValues: { ':partition': { S: partition(tenantId) } },
      ProjectionExpression: '#sort',
      Limit: limit,
      ConsistentRead: true,
    });
    return items.flatMap(({ sort }) => sort?.S ?? []);
  }

  async remove(tenantId: string, name: string): Promise<void> {
    const { tableName, clientFor, objects } = this.#options;
    const { Attributes: item } = await clientFor(tenantId).deleteItem({
      TableName: tableName,
      Key: key(tenantId, name),
      ReturnValues: 'ALL_OLD',
    });
    if (item && !item.content) await objects.delete(tenantId, area, name);
  }
}

function key(tenantId: string, name: string) {
  return { partition: { S: partition(tenantId) }, sort: { S: name } };
}

function partition(tenantId: string): string {
  return `${tenantId}#job-contents`;
}
