import { type AttributeValue, ConditionalCheckFailedException } from './aws/dynamodb.ts';
import type { ClientFor } from './client-for.ts';
import { type BodyCipher, type KeptAnswer, openBody, sealBody } from './reply-body.ts';

/** Which idempotency key of which tenant. `scope` is a hash: callers choose keys, and may put anything into them. */
export interface ReplyKey {
  readonly tenantId: string;
  readonly scope: string;
}

/** A request that wants to be the one that its key stands for. */
export interface Claim {
  /** Tells one request from another of the same key. */
  readonly fingerprint: string;
  /** The id of the request. */
  readonly owner: string;
  /** The key is another's to claim from then on, unless renewed; epoch milliseconds. */
  readonly leaseUntilMs: number;
  /** The key means nothing from then on; epoch milliseconds. */
  readonly expiresAtMs: number;
}

/** What became of a key. `lost`: there was an answer, too large to keep. */
export type KeyHolder = { readonly fingerprint: string; readonly owner: string } & (
  | { readonly state: 'running' }
  | { readonly state: 'lost' }
  | { readonly state: 'answered'; readonly answer: () => Promise<KeptAnswer> }
);

export interface ReplyStoreOptions {
  readonly tableName: string;
  readonly clientFor: ClientFor;
  readonly cipher: BodyCipher;
  readonly now?: () => number;
}

/** Items hold 400 KB at most: what is larger is kept in several, which then expire by themselves like the rest. */
const partBytes = 350 * 1_024;
const mostParts = 6;
const sort = { S: 'answer' };

/**
 * The answers of idempotent requests. A key is claimed before its request runs, by one request of however many at the
 * same time, and holds the answer afterwards. Expiry is checked here: DynamoDB deletes expired items up to days late.
 */
export class ReplyStore {
  readonly #options: ReplyStoreOptions;
  readonly #now: () => number;

  constructor(options: ReplyStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Claims a key. Returns undefined where it is now the claim's, else who holds it. */
  async claim(key: ReplyKey, claim: Claim): Promise<KeyHolder | undefined> {
    // A key may be freed between the refused write and the read.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await this.#put(key, claim)) return undefined;
      const holder = await this.#read(key);
      if (holder) return holder;
    }
    return { state: 'running', fingerprint: claim.fingerprint, owner: '' };
  }

  /** Keeps the key for longer. False where it is no longer the owner's. */
  renew(key: ReplyKey, owner: string, leaseUntilMs: number): Promise<boolean> {
    return onCondition(
      this.#client(key).updateItem({
        TableName: this.#options.tableName,
        Key: itemKey(key),
        UpdateExpression: 'SET leaseUntilMs = :until',
        ConditionExpression: ownedAndRunning,
        ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner' },
        ExpressionAttributeValues: { ...asOwner(owner), ':until': { N: String(leaseUntilMs) } },
      }),
    );
  }

  /**
   * Keeps the answer under the key, or marks it as lost where even compressed it is larger than about 2 MB. False where
   * the key is no longer the claim's.
   */
  async answer(key: ReplyKey, claim: Claim, answer: KeptAnswer): Promise<boolean> {
    const sealed = await sealBody(this.#options.cipher, key.tenantId, answer.body);
    const parts = Math.ceil(sealed.byteLength / partBytes);
    if (parts > mostParts) return this.lose(key, claim);
    if (parts > 1) await this.#putParts(key, claim, sealed);
    return this.#finish(key, claim, {
      state: { S: 'answered' },
      status: { N: String(answer.status) },
      headers: { S: JSON.stringify(answer.headers) },
      ...(parts > 1 ? { parts: { N: String(parts) } } : { body: { B: sealed } }),
    });
  }

  /** Marks the key as used by a request whose answer cannot be kept. */
  lose(key: ReplyKey, claim: Claim): Promise<boolean> {
    return this.#finish(key, claim, { state: { S: 'lost' } });
  }

  /** Lets go of the key: the next request may claim it. */
  release(key: ReplyKey, owner: string): Promise<boolean> {
    return onCondition(
      this.#client(key).deleteItem({
        TableName: this.#options.tableName,
        Key: itemKey(key),
        ConditionExpression: ownedAndRunning,
        ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner' },
        ExpressionAttributeValues: asOwner(owner),
      }),
    );
  }

  #client({ tenantId }: ReplyKey) {
    return this.#options.clientFor(tenantId);
  }

  #put(key: ReplyKey, claim: Claim): Promise<boolean> {
    return onCondition(
      this.#client(key).putItem({
        TableName: this.#options.tableName,
        Item: {
          ...common(key, claim),
          state: { S: 'running' },
          leaseUntilMs: { N: String(claim.leaseUntilMs) },
        },
        ConditionExpression:
          'attribute_not_exists(sort) OR expiresAtMs <= :now OR (#state = :running AND leaseUntilMs <= :now)',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: { ':running': { S: 'running' }, ':now': { N: String(this.#now()) } },
      }),
    );
  }

  #finish(key: ReplyKey, claim: Claim, result: Record<string, AttributeValue>): Promise<boolean> {
    return onCondition(
      this.#client(key).putItem({
        TableName: this.#options.tableName,
        Item: { ...common(key, claim), ...result },
        ConditionExpression: ownedAndRunning,
        ExpressionAttributeNames: { '#state': 'state', '#owner': 'owner' },
        ExpressionAttributeValues: asOwner(claim.owner),
      }),
    );
  }

  async #putParts(key: ReplyKey, claim: Claim, sealed: Uint8Array): Promise<void> {
    const writes: Promise<unknown>[] = [];
    for (let start = 0; start < sealed.byteLength; start += partBytes) {
      const Item = {
        partition: partition(key),
        sort: partSort(claim.owner, start / partBytes),
        body: { B: sealed.subarray(start, start + partBytes) },
        expiresAt: expiresAt(claim),
      };
      writes.push(this.#client(key).putItem({ TableName: this.#options.tableName, Item }));
    }
    await Promise.all(writes);
  }

  async #readParts(key: ReplyKey, owner: string, count: number): Promise<Uint8Array> {
    const reads = Array.from({ length: count }, async (_, index) => {
      const { Item: item } = await this.#client(key).getItem({
        TableName: this.#options.tableName,
        Key: { partition: partition(key), sort: partSort(owner, index) },
        ConsistentRead: true,
      });
      if (!item?.body?.B) throw new Error(`part ${index} of the answer to ${owner} is missing`);
      return item.body.B;
    });
    return Buffer.concat(await Promise.all(reads));
  }

  async #read(key: ReplyKey): Promise<KeyHolder | undefined> {
    const { Item: item } = await this.#client(key).getItem({
      TableName: this.#options.tableName,
      Key: itemKey(key),
      ConsistentRead: true,
    });
    if (!item) return undefined;
    const holder = { fingerprint: item.fingerprint?.S ?? '', owner: item.owner?.S ?? '' };
    const state = item.state?.S;
    if (state === 'answered') return { ...holder, state, answer: () => this.#open(key, item) };
    return state === 'lost' ? { ...holder, state } : { ...holder, state: 'running' };
  }

  async #open(key: ReplyKey, item: Record<string, AttributeValue>): Promise<KeptAnswer> {
    const sealed =
      item.body?.B ?? (await this.#readParts(key, item.owner?.S ?? '', Number(item.parts?.N ?? 0)));
    return {
      status: Number(item.status?.N),
      headers: JSON.parse(item.headers?.S ?? '{}') as Record<string, string>,
      body: await openBody(this.#options.cipher, key.tenantId, sealed),
    };
  }
}

const ownedAndRunning = '#owner = :owner AND #state = :running';

function asOwner(owner: string): Record<string, AttributeValue> {
  return { ':owner': { S: owner }, ':running': { S: 'running' } };
}

function partition({ tenantId, scope }: ReplyKey): AttributeValue {
  return { S: `${tenantId}#idempotency#${scope}` };
}

function itemKey(key: ReplyKey): Record<string, AttributeValue> {
  return { partition: partition(key), sort };
}

/** Parts are told apart by the request they answer: one that lost its key must not write into another's answer. */
function partSort(owner: string, index: number): AttributeValue {
  return { S: `body#${owner}#${index}` };
}

/** When DynamoDB may delete the item, in epoch seconds. */
function expiresAt({ expiresAtMs }: Claim): AttributeValue {
  return { N: String(Math.ceil(expiresAtMs / 1_000)) };
}

function common(key: ReplyKey, claim: Claim): Record<string, AttributeValue> {
  return {
    ...itemKey(key),
    fingerprint: { S: claim.fingerprint },
    owner: { S: claim.owner },
    expiresAtMs: { N: String(claim.expiresAtMs) },
    expiresAt: expiresAt(claim),
  };
}

/** True where the write was made, false where its condition forbade it. */
async function onCondition(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
