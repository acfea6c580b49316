import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoDbClient, type DynamoDbLocation, sharedDynamoDbClient } from './dynamodb-client.ts';

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
}

/** The table of API keys, read by key id before the tenant is known. */
export class ApiKeyStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(options: { readonly tableName: string } & DynamoDbLocation) {
    this.#tableName = options.tableName;
    this.#client =
      options.endpoint || options.region ? createDynamoDbClient(options) : sharedDynamoDbClient();
  }

  /** The record of a key id, or undefined where there is none. */
  async get(keyId: string): Promise<ApiKeyRecord | undefined> {
    const { Item: item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#tableName, Key: { keyId: { S: keyId } } }),
    );
    const record = item?.record?.S;
    return record === undefined ? undefined : (JSON.parse(record) as ApiKeyRecord);
  }

  /**
   * Adds a key.
   *
   * @throws ConditionalCheckFailedException where the key id exists already.
   */
  async add(record: ApiKeyRecord): Promise<void> {
    await this.#client.send(
      new PutItemCommand({
        TableName: this.#tableName,
        Item: {
          keyId: { S: record.keyId },
          tenantId: { S: record.tenantId },
          record: { S: JSON.stringify(record) },
        },
        ConditionExpression: 'attribute_not_exists(keyId)',
      }),
    );
  }
}
