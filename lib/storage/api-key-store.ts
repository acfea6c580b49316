import { ConditionalCheckFailedException, DynamoDb } from './aws/dynamodb.ts';
import type { ServiceLocation } from './aws/service-location.ts';

/** What is kept of an API key. The key itself is nowhere: only a keyed hash of its secret part. */
export interface ApiKeyRecord {
  /** The public part of the key, unique in the deployment. */
  readonly keyId: string;
  /** HMAC-SHA256 of the key, in lower-case hexadecimal. */
  readonly hash: string;
  readonly tenantId: string;
  readonly projectId: string;
  /** What people call the key. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** What the key's holder is. @default - `platform-admin` with the scope `admin`, else `member` */
  readonly role?: string;
  /** The models that the key may use. @default - all */
  readonly allowedModels?: readonly string[];
  /** The addresses from which the key may be used, as CIDR ranges. @default - any */
  readonly sourceRanges?: readonly string[];
  /** The member or service account that the key acts for. @default - nobody */
  readonly userId?: string;
  readonly createdAtMs: number;
  readonly expiresAtMs?: number;
  readonly revokedAtMs?: number;
  /** The id of the key that this one was rotated into. */
  readonly replacedBy?: string;
  /** When the key was last used, to the hour. Kept beside the rest, and written by nothing but use. */
  readonly lastUsedAtMs?: number;
}

/** The table of API keys, read by key id before the tenant is known. */
export class ApiKeyStore {
  readonly #client: DynamoDb;
  readonly #tableName: string;

  constructor(options: { readonly tableName: string } & ServiceLocation) {
    this.#tableName = options.tableName;
    this.#client = new DynamoDb(options);
  }

  /**
   * The record of a key id, or undefined where there is none. Read consistently, although that costs twice as much: what
   * is read is remembered for a while, and a revocation must not be missed for as long again.
   */
  async get(keyId: string): Promise<ApiKeyRecord | undefined> {
    const { Item: item } = await this.#client.getItem({
      TableName: this.#tableName,
      Key: { keyId: { S: keyId } },
      ConsistentRead: true,
    });
    const record = item?.record?.S;
    if (record === undefined) return undefined;
    const lastUsedAtMs = item?.lastUsedAtMs?.N;
    return {
      ...(JSON.parse(record) as ApiKeyRecord),
      ...(lastUsedAtMs === undefined ? {} : { lastUsedAtMs: Number(lastUsedAtMs) }),
    };
  }

  /**
   * Adds a key.
   *
   * @throws ConditionalCheckFailedException where the key id exists already.
   */
  async add(record: ApiKeyRecord): Promise<void> {
    await this.#client.putItem({
      TableName: this.#tableName,
      Item: {
        keyId: { S: record.keyId },
        tenantId: { S: record.tenantId },
        record: { S: serialize(record) },
      },
      ConditionExpression: 'attribute_not_exists(keyId)',
    });
  }

  /**
   * Changes a key's record.
   *
   * @param before - as it was read
   * @returns false where it has been changed or removed meanwhile
   */
  replace(before: ApiKeyRecord, after: ApiKeyRecord): Promise<boolean> {
    return succeeds(
      this.#client.updateItem({
        TableName: this.#tableName,
        Key: { keyId: { S: before.keyId } },
        UpdateExpression: 'SET #record = :after',
        ConditionExpression: '#record = :before',
        ExpressionAttributeNames: { '#record': 'record' },
        ExpressionAttributeValues: {
          ':before': { S: serialize(before) },
          ':after': { S: serialize(after) },
        },
      }),
    );
  }

  /**
   * Notes that a key is in use, unless that was noted lately.
   *
   * @param latelyMs - since when a former note is good enough
   */
  async noteUse(keyId: string, nowMs: number, latelyMs: number): Promise<void> {
    await succeeds(
      this.#client.updateItem({
        TableName: this.#tableName,
        Key: { keyId: { S: keyId } },
        UpdateExpression: 'SET lastUsedAtMs = :now',
        ConditionExpression:
          'attribute_exists(keyId) AND (attribute_not_exists(lastUsedAtMs) OR lastUsedAtMs < :lately)',
        ExpressionAttributeValues: { ':now': { N: String(nowMs) }, ':lately': { N: String(latelyMs) } },
      }),
    );
  }

  /** Removes all trace of a key, if it is there. */
  async remove(keyId: string): Promise<void> {
    await this.#client.deleteItem({ TableName: this.#tableName, Key: { keyId: { S: keyId } } });
  }
}

function serialize({ lastUsedAtMs: _besides, ...record }: ApiKeyRecord): string {
  return JSON.stringify(record);
}

/** False where the condition of a write does not hold. */
async function succeeds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
