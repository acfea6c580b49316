import { QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiKeyStore } from '../../../lib/storage/api-key-store.ts';
import { newRequestId, requestPartition } from '../../../lib/storage/request-id.ts';
import { RequestStore } from '../../../lib/storage/request-store.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';

let db: TestDynamoDb;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  db = await startDynamoDb();
  await db.createTable('Requests', 'partition', 'sort');
  await db.createTable('ApiKeys', 'keyId');
});

afterAll(() => db.stop());

beforeEach(() => {
  db.operations.length = 0;
});

describe('RequestStore', () => {
  it('stores an intent and an outcome under one id, in order of time', async () => {
    const store = new RequestStore('Requests', () => db.database);
    const id = newRequestId();
    await Promise.all([
      store.put('acme', id, 'outcome', { status: 200 }),
      store.put('acme', id, 'intent', { alias: 'm' }),
    ]);
    const { Items: items } = await db.client.send(
      new QueryCommand({
        TableName: 'Requests',
        KeyConditionExpression: '#partition = :partition AND begins_with(sort, :id)',
        ExpressionAttributeNames: { '#partition': 'partition' },
        ExpressionAttributeValues: { ':partition': { S: requestPartition('acme', id) }, ':id': { S: id } },
      }),
    );
    expect(items?.map((item) => JSON.parse(item.record?.S ?? ''))).toEqual([{ alias: 'm' }, { status: 200 }]);
  });

  it('writes many concurrent records in few batches, every one of them stored', async () => {
    const store = new RequestStore('Requests', () => db.database);
    const ids = Array.from({ length: 500 }, () => newRequestId());
    await Promise.all(ids.map((id) => store.put('many', id, 'intent', { id })));
    expect(db.operations.length).toBeLessThanOrEqual(24);
    const { Items: items } = await db.client.send(new ScanCommand({ TableName: 'Requests' }));
    const stored = new Set(items?.map((item) => item.sort?.S));
    for (const id of ids) expect(stored).toContain(`${id}#1-intent`);
  });

  it('resolves no put before its item is accepted', async () => {
    const store = new RequestStore('Requests', () => db.database);
    const id = newRequestId();
    const item = {
      partition: { S: requestPartition('late', id) },
      sort: { S: `${id}#1-intent` },
      record: { S: '{}' },
    };
    db.failNext(200, { UnprocessedItems: { Requests: [{ PutRequest: { Item: item } }] } });
    await store.put('late', id, 'intent', {});
    expect(db.operations).toEqual(['BatchWriteItem', 'BatchWriteItem']);
  });

  it('tells each caller of a batch that it failed, and works again afterwards', async () => {
    const store = new RequestStore('Requests', () => db.database);
    db.failNext(400, {
      __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
      message: 'gone',
    });
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => store.put('acme', newRequestId(), 'intent', {})),
    );
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(store.put('acme', newRequestId(), 'intent', {})).resolves.toBeUndefined();
  });
});

describe('ApiKeyStore', () => {
  const record = {
    keyId: 'abcdefghijkl',
    hash: '00',
    tenantId: 'acme',
    projectId: 'search',
    name: 'n',
    scopes: ['model:invoke'],
    createdAtMs: 1,
  };

  it('finds what was added, and nothing else', async () => {
    const store = new ApiKeyStore({ tableName: 'ApiKeys', endpoint: db.endpoint, region: 'us-east-1' });
    await store.add(record);
    expect(await store.get(record.keyId)).toEqual(record);
    expect(await store.get('unknown')).toBeUndefined();
  });

  it('changes a key as it was read, and not as somebody else has changed it', async () => {
    const store = new ApiKeyStore({ tableName: 'ApiKeys', endpoint: db.endpoint, region: 'us-east-1' });
    const before = { ...record, keyId: 'changed00000' };
    await store.add(before);
    await store.noteUse(before.keyId, 5_000, 4_000);
    const read = await store.get(before.keyId);
    expect(read).toEqual({ ...before, lastUsedAtMs: 5_000 });
    const changes = await Promise.all(
      [1, 2, 3].map((revokedAtMs) => store.replace(read ?? before, { ...before, revokedAtMs })),
    );
    expect(changes.filter((took) => took)).toHaveLength(1);
    expect(await store.get(before.keyId)).toMatchObject({ lastUsedAtMs: 5_000, name: 'n' });
    await store.remove(before.keyId);
    await store.remove(before.keyId);
    expect(await store.get(before.keyId)).toBeUndefined();
    expect(await store.replace(before, before)).toBe(false);
  });

  it('notes a use only where none was noted lately, and none of a key that is gone', async () => {
    const store = new ApiKeyStore({ tableName: 'ApiKeys', endpoint: db.endpoint, region: 'us-east-1' });
    await store.add({ ...record, keyId: 'used00000000' });
    await store.noteUse('used00000000', 1_000, 0);
    await store.noteUse('used00000000', 1_500, 1_000);
    expect((await store.get('used00000000'))?.lastUsedAtMs).toBe(1_000);
    await store.noteUse('used00000000', 1_501, 1_001);
    expect((await store.get('used00000000'))?.lastUsedAtMs).toBe(1_501);
    await store.noteUse('none00000000', 1_000, 0);
    expect(await store.get('none00000000')).toBeUndefined();
  });

  it('never overwrites a key', async () => {
    const store = new ApiKeyStore({ tableName: 'ApiKeys', endpoint: db.endpoint, region: 'us-east-1' });
    await expect(store.add({ ...record, tenantId: 'mallory' })).rejects.toThrow(/conditional/i);
    expect((await store.get(record.keyId))?.tenantId).toBe('acme');
  });
});
