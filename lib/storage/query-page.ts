import type { AttributeValue, DynamoDb } from './aws/dynamodb.ts';

/** Which part of a partition. */
export interface PageOptions {
  /** Only items whose sort key begins with this. */
  readonly prefix?: string | undefined;
  /** Only items after this sort key (before it, with `descending`). */
  readonly after?: string | undefined;
  /** At most this many. @default - as many as fit one answer of the database, 1 MB */
  readonly limit?: number | undefined;
  readonly descending?: boolean;
}

export interface PageQuery extends PageOptions {
  readonly tableName: string;
  readonly partition: string;
}

/** Items in the order of their sort keys. */
export interface ItemPage {
  readonly items: readonly Record<string, AttributeValue>[];
  /** The sort key behind which the next page begins; absent where there is none. */
  readonly next?: string;
}

/** Reads a page of a partition, as last written, from a table whose keys are `partition` and `sort`. */
export async function queryPage(
  client: DynamoDb,
  { tableName, partition, prefix = '', after, limit, descending = false }: PageQuery,
): Promise<ItemPage> {
  const begins = prefix === '' ? '' : ' AND begins_with(sort, :prefix)';
  const { Items: items = [], LastEvaluatedKey: last } = await client.query({
    TableName: tableName,
    KeyConditionExpression: `#partition = :partition${begins}`,
    ExpressionAttributeNames: { '#partition': 'partition' },
    ExpressionAttributeValues: {
      ':partition': { S: partition },
      ...(prefix !== '' && { ':prefix': { S: prefix } }),
    },
    ...(after !== undefined && { ExclusiveStartKey: { partition: { S: partition }, sort: { S: after } } }),
    ...(limit !== undefined && { Limit: limit }),
    ScanIndexForward: !descending,
    ConsistentRead: true,
  });
  const next = last?.sort?.S;
  return { items, ...(next !== undefined && { next }) };
}
