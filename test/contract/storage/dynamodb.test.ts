import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConditionalCheckFailedException, type DynamoDb } from '../../../lib/storage/aws/dynamodb.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';

/** The client that the stores use, side by side with AWS's SDK on one table. */
let db: TestDynamoDb;
let ours: DynamoDb;

beforeAll(async () => {
  db = await startDynamoDb();
  ours = db.database;
  await db.createTable('Both', 'partition', 'sort');
});

afterAll(() => db.stop());

const TableName = 'Both';
const key = (sort: string) => ({ partition: { S: 'acme' }, sort: { S: sort } });
const rich: Record<string, AttributeValue> = {
  text: { S: 'Zoë 🦋 "quoted" \u2028' },
  number: { N: '12345678901234567890.5' },
  bytes: { B: Uint8Array.from([0, 1, 254, 255]) },
  texts: { SS: ['a', 'b'] },
  manyBytes: { BS: [Uint8Array.from([1]), Uint8Array.from([2, 3])] },
  nothing: { NULL: true },
  yes: { BOOL: true },
  B: { M: { B: { S: 'bytes is what this is not' }, list: { L: [{ B: Uint8Array.from([9]) }] } } },
};

/** Bytes come as Buffer or Uint8Array, sets and the items of a batch in any order. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map(plain).sort(byText);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !['$metadata', 'serverMs'].includes(name));
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one).localeCompare(JSON.stringify(other));
}

describe('what one client writes', () => {
  it('the other reads', async () => {
    await ours.putItem({ TableName, Item: { ...key('ours'), ...rich } });
    await db.client.send(new PutItemCommand({ TableName, Item: { ...key('theirs'), ...rich } }));
    for (const sort of ['ours', 'theirs']) {
      const input = { TableName, Key: key(sort), ConsistentRead: true };
      const read = await ours.getItem(input);
      expect(plain(read.Item)).toEqual(plain({ ...key(sort), ...rich }));
      expect(plain(read)).toEqual(plain(await db.client.send(new GetItemCommand(input))));
    }
  });

  it('is found alike by queries, page by page, and by batches', async () => {
    await ours.batchWriteItem({
      RequestItems: {
        [TableName]: ['p1', 'p2', 'p3'].map((sort) => ({ PutRequest: { Item: { ...key(sort), ...rich } } })),
      },
    });
    await db.client.send(
      new BatchWriteItemCommand({
        RequestItems: { [TableName]: [{ DeleteRequest: { Key: key('p2') } }] },
      }),
    );
    const query = {
      TableName,
      KeyConditionExpression: '#partition = :partition AND begins_with(sort, :p)',
      ExpressionAttributeNames: { '#partition': 'partition' },
      ExpressionAttributeValues: { ':partition': { S: 'acme' }, ':p': { S: 'p' } },
      Limit: 1,
    };
    const page = await ours.query(query);
    expect(plain(page)).toEqual(plain(await db.client.send(new QueryCommand(query))));
    expect(page.Items).toHaveLength(1);
    const rest = await ours.query({ ...query, ExclusiveStartKey: page.LastEvaluatedKey, Limit: 5 });
    expect(rest.Items?.map((item) => item.sort?.S)).toEqual(['p3']);
    const both = { RequestItems: { [TableName]: { Keys: [key('p1'), key('p2'), key('p3')] } } };
    const found = await ours.batchGetItem(both);
    expect(found.Responses?.[TableName]).toHaveLength(2);
    expect(plain(found)).toEqual(plain(await db.client.send(new BatchGetItemCommand(both))));
  });

  it('is changed and removed alike', async () => {
    const update = {
      TableName,
      UpdateExpression: 'SET #count = if_not_exists(#count, :zero) + :one, body = :bytes',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: {
        ':zero': { N: '0' },
        ':one': { N: '1' },
        ':bytes': { B: Uint8Array.from([7]) },
      },
      ReturnValues: 'ALL_NEW',
    } as const;
    const first = await ours.updateItem({ ...update, Key: key('counted') });
    const second = await db.client.send(new UpdateItemCommand({ ...update, Key: key('counted') }));
    expect(plain(second.Attributes)).toEqual(plain({ ...first.Attributes, count: { N: '2' } }));
    const remove = { TableName, Key: key('counted'), ReturnValues: 'ALL_OLD' } as const;
    expect(plain(await ours.deleteItem(remove))).toEqual(plain({ Attributes: second.Attributes }));
    const again = await db.client.send(new DeleteItemCommand(remove));
    expect(again.Attributes).toBeUndefined();
  });
});

describe('what the database refuses', () => {
  it('is a condition that does not hold, with what was found where the engine tells it', async () => {
    await ours.putItem({ TableName, Item: { ...key('there'), ...rich } });
    const input = {
      TableName,
      Item: key('there'),
      ConditionExpression: 'attribute_not_exists(sort)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const;
    const mine = await ours.putItem(input).catch((error: unknown) => error);
    const theirs = await db.client.send(new PutItemCommand(input)).catch((error: unknown) => error);
    expect(mine).toBeInstanceOf(ConditionalCheckFailedException);
    expect(mine).toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect((mine as Error).message).toBe((theirs as Error).message);
    expect(plain((mine as ConditionalCheckFailedException).Item)).toEqual(
      plain((theirs as { readonly Item?: unknown }).Item),
    );
  });

  it.each([
    ['a table that is not there', { TableName: 'Nowhere', Key: key('x') }],
    ['a key that is not whole', { TableName, Key: { partition: { S: 'acme' } } }],
  ])('is named alike: %s', async (_what, input) => {
    const mine: unknown = await ours.getItem(input).catch((error: unknown) => error);
    const theirs: unknown = await db.client.send(new GetItemCommand(input)).catch((error: unknown) => error);
    expect(mine).toBeInstanceOf(Error);
    expect([(mine as Error).name, (mine as Error).message]).toEqual([
      (theirs as Error).name,
      (theirs as Error).message,
    ]);
  });
});
