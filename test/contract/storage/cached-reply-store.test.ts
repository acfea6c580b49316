import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CachedReplyStore } from '../../../lib/storage/cached-reply-store.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';
import { tenantBoundCipher } from '../../support/tenant-bound-cipher.ts';

const now = 1_800_000_000_000;
const minute = 60_000;
let db: TestDynamoDb;
let store: CachedReplyStore;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  db = await startDynamoDb();
  await db.createTable('Replies', 'partition', 'sort');
  store = new CachedReplyStore({
    tableName: 'Replies',
    clientFor: () => db.database,
    cipher: tenantBoundCipher,
  });
});

afterAll(() => db.stop());

const answer = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  facts: { model: 'm', usage: { inputTokens: 1 } },
  storedAtMs: now,
  body: Buffer.from('{"text":"Grüße"}'),
};

async function itemOf(tenantId: string, key: string) {
  const where = { partition: { S: `${tenantId}#cache#${key}` }, sort: { S: 'answer' } };
  const { Item: item } = await db.client.send(new GetItemCommand({ TableName: 'Replies', Key: where }));
  if (!item) throw new Error('there is no such item');
  return item;
}

describe('CachedReplyStore', () => {
  it('gives back an answer as it was given, to its tenant alone', async () => {
    await store.put('acme', 'k', answer, now + minute);
    expect(await store.get('acme', 'k', now)).toEqual(answer);
    expect(await store.get('acme-2', 'k', now)).toBeUndefined();
    expect(await store.get('acme', 'k2', now)).toBeUndefined();
  });

  it('gives none that has expired, though its item is still there', async () => {
    await store.put('acme', 'old', answer, now + minute);
    expect(await store.get('acme', 'old', now + minute - 1)).toBeDefined();
    expect(await store.get('acme', 'old', now + minute)).toBeUndefined();
    expect((await itemOf('acme', 'old')).expiresAt?.N).toBe(String((now + minute) / 1_000));
  });

  it('keeps nothing of a body readable', async () => {
    await store.put('acme', 'sealed', { ...answer, body: Buffer.from('a secret') }, now + minute);
    expect(Buffer.from((await itemOf('acme', 'sealed')).body?.B ?? '').includes('a secret')).toBe(false);
  });

  it('has the last of several that were stored at the same time', async () => {
    const bodies = Array.from({ length: 20 }, (_, index) => Buffer.from(`answer ${index}`));
    await Promise.all(bodies.map((body) => store.put('acme', 'race', { ...answer, body }, now + minute)));
    const kept = await store.get('acme', 'race', now);
    expect(bodies.map(String)).toContain(String(kept?.body));
  });

  it('does not keep an answer that fits no item', async () => {
    const body = Buffer.from(Array.from({ length: 600_000 }, () => Math.floor(Math.random() * 256)));
    await store.put('acme', 'large', { ...answer, body }, now + minute);
    expect(await store.get('acme', 'large', now)).toBeUndefined();
  });

  it('refuses a damaged entry, and one that was moved from another tenant', async () => {
    await store.put('acme', 'whole', answer, now + minute);
    const item = await itemOf('acme', 'whole');
    const damaged = Uint8Array.from(item.body?.B ?? [], (byte, index) => (index === 40 ? byte ^ 1 : byte));
    const changes: readonly [string, Record<string, AttributeValue>][] = [
      ['acme', { body: { B: damaged } }],
      ['acme', { headers: { S: 'no json' } }],
      ['thief', { partition: { S: 'thief#cache#whole' } }],
    ];
    for (const [tenantId, change] of changes) {
      await db.client.send(new PutItemCommand({ TableName: 'Replies', Item: { ...item, ...change } }));
      await expect(store.get(tenantId, 'whole', now)).rejects.toThrow();
    }
  });
});
