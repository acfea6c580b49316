import type { JsonObject } from '../json.ts';
import type { JsonService } from './json-service.ts';

/** A table whose items expire. */
export interface TimeToLive {
  readonly tableName: string;
  /** The attribute with the time, in epoch seconds, after which an item may go. */
  readonly attribute: string;
}

interface Page {
  readonly Items: readonly JsonObject[];
  readonly LastEvaluatedKey?: JsonObject;
}

/**
 * Deletes the items of a table that have expired, as DynamoDB does within some days. One that is changed meanwhile so
 * that it lives on stays.
 *
 * @param nowSeconds - in epoch seconds
 * @returns how many items went
 */
export async function expireItems(
  dynamodb: JsonService,
  { tableName, attribute }: TimeToLive,
  nowSeconds: number,
): Promise<number> {
  const keys = await describeKey(dynamodb, tableName);
  const expired = {
    TableName: tableName,
    ExpressionAttributeNames: { '#expires': attribute },
    ExpressionAttributeValues: { ':now': { N: String(nowSeconds) } },
  };
  let deleted = 0;
  let startKey: JsonObject | undefined;
  do {
    const page: Page = await dynamodb.call<Page>('Scan', {
      ...expired,
      FilterExpression: '#expires < :now',
      ...(startKey && { ExclusiveStartKey: startKey }),
    });
    for (const item of page.Items) {
      const key = Object.fromEntries(keys.map((name) => [name, item[name]]));
      if (await deleteIfExpired(dynamodb, { ...expired, Key: key })) deleted += 1;
    }
    startKey = page.LastEvaluatedKey;
  } while (startKey);
  return deleted;
}

async function deleteIfExpired(dynamodb: JsonService, input: object): Promise<boolean> {
  try {
    await dynamodb.call('DeleteItem', { ...input, ConditionExpression: '#expires < :now' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ConditionalCheckFailedException') {
      return false;
    }
    throw error;
  }
}

async function describeKey(dynamodb: JsonService, tableName: string): Promise<string[]> {
  const { Table: table } = await dynamodb.call<{
    Table: { KeySchema: readonly { AttributeName: string }[] };
  }>('DescribeTable', { TableName: tableName });
  return table.KeySchema.map((key) => key.AttributeName);
}
