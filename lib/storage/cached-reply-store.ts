import type { ClientFor } from './client-for.ts';
import { type BodyCipher, type KeptAnswer, openBody, sealBody } from './reply-body.ts';

/** An answer that the response cache has. */
export interface CachedAnswer extends KeptAnswer {
  /** What is known about how it was made, as whoever stored it wrote it. */
  readonly facts: unknown;
  readonly storedAtMs: number;
}

export interface CachedReplyStoreOptions {
  readonly tableName: string;
  readonly clientFor: ClientFor;
  readonly cipher: BodyCipher;
}

/** An item holds 400 KB at most. */
const mostBytes = 350 * 1_024;
const sort = { S: 'answer' };

/** The answers of the response cache. The tenant is in the partition key, so none is ever another tenant's. */
export class CachedReplyStore {
  readonly #options: CachedReplyStoreOptions;

  constructor(options: CachedReplyStoreOptions) {
    this.#options = options;
  }

  /**
   * An answer that has not expired; undefined where there is none.
   *
   * @throws where it cannot be read, also because it is damaged
   */
  async get(tenantId: string, key: string, nowMs: number): Promise<CachedAnswer | undefined> {
    const { tableName, clientFor, cipher } = this.#options;
    const { Item: item } = await clientFor(tenantId).getItem({
      TableName: tableName,
      Key: { partition: partition(tenantId, key), sort },
    });
    if (!item?.body?.B || Number(item.expiresAtMs?.N) <= nowMs) return undefined;
    return {
      status: Number(item.status?.N),
      headers: JSON.parse(item.headers?.S ?? '') as Record<string, string>,
      facts: JSON.parse(item.facts?.S ?? ''),
      storedAtMs: Number(item.storedAtMs?.N),
      body: await openBody(cipher, tenantId, item.body.B),
    };
  }

  /** Keeps an answer; an earlier one is replaced. One that fits no item, even compressed, is not kept. */
  async put(tenantId: string, key: string, answer: CachedAnswer, expiresAtMs: number): Promise<void> {
    const { tableName, clientFor, cipher } = this.#options;
    const sealed = await sealBody(cipher, tenantId, answer.body);
    if (sealed.byteLength > mostBytes) return;
    await clientFor(tenantId).putItem({
      TableName: tableName,
      Item: {
        partition: partition(tenantId, key),
        sort,
        status: { N: String(answer.status) },
        headers: { S: JSON.stringify(answer.headers) },
        facts: { S: JSON.stringify(answer.facts) },
        body: { B: sealed },
        storedAtMs: { N: String(answer.storedAtMs) },
        expiresAtMs: { N: String(expiresAtMs) },
        expiresAt: { N: String(Math.ceil(expiresAtMs / 1_000)) },
      },
    });
  }
}

function partition(tenantId: string, key: string) {
  return { S: `${tenantId}#cache#${key}` };
}
