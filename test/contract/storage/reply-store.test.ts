import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BodyCipher } from '../../../lib/storage/reply-body.ts';
import { type Claim, type KeyHolder, ReplyStore } from '../../../lib/storage/reply-store.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';
import { tenantBoundCipher } from '../../support/tenant-bound-cipher.ts';

const hour = 3_600_000;
const startMs = 1_800_000_000_000;
let nowMs = startMs;
let db: TestDynamoDb;
let store: ReplyStore;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  db = await startDynamoDb();
  await db.createTable('Replies', 'partition', 'sort');
  store = storeWith(tenantBoundCipher);
});

afterAll(() => db.stop());

function storeWith(cipher: BodyCipher): ReplyStore {
  return new ReplyStore({ tableName: 'Replies', clientFor: () => db.database, cipher, now: () => nowMs });
}

function claim(owner: string, fingerprint = 'f'): Claim {
  return { owner, fingerprint, leaseUntilMs: nowMs + 6 * 60_000, expiresAtMs: nowMs + 24 * hour };
}

function answerOf(holder: KeyHolder | undefined) {
  if (holder?.state !== 'answered') throw new Error(`the key is ${holder?.state ?? 'free'}`);
  return holder.answer();
}

const answer = { status: 201, headers: { 'content-type': 'text/plain' }, body: Buffer.from('Grüße') };
let keys = 0;
const newKey = () => ({ tenantId: 'acme', scope: `scope-${keys++}` });

describe('ReplyStore', () => {
  it('gives a key to one of fifty requests at the same time; the others learn who has it', async () => {
    const key = newKey();
    const claims = Array.from({ length: 50 }, (_, index) => store.claim(key, claim(`req_${index}`)));
    const holders = await Promise.all(claims);
    expect(holders.filter((holder) => holder === undefined)).toHaveLength(1);
    const winner = `req_${holders.indexOf(undefined)}`;
    for (const holder of holders.filter((found) => found !== undefined)) {
      expect(holder).toEqual({ state: 'running', fingerprint: 'f', owner: winner });
    }
  });

  it('gives back the answer as it was given', async () => {
    const key = newKey();
    await store.claim(key, claim('req_a'));
    expect(await store.answer(key, claim('req_a'), answer)).toBe(true);
    expect(await answerOf(await store.claim(key, claim('req_b')))).toEqual(answer);
  });

  it('keeps nothing of a body readable', async () => {
    const key = newKey();
    await store.claim(key, claim('req_a'));
    await store.answer(key, claim('req_a'), { ...answer, body: Buffer.from('a secret') });
    const { Item: item } = await db.client.send(
      new GetItemCommand({
        TableName: 'Replies',
        Key: { partition: { S: `acme#idempotency#${key.scope}` }, sort: { S: 'answer' } },
      }),
    );
    expect(Buffer.from(item?.body?.B ?? '').includes('a secret')).toBe(false);
    expect(Number(item?.expiresAt?.N)).toBe((nowMs + 24 * hour) / 1_000);
  });

  it('keeps an answer that fits no single item, in parts that expire with it', async () => {
    const key = newKey();
    const body = incompressible(800_000);
    await store.claim(key, claim('req_a'));
    await store.answer(key, claim('req_a'), { ...answer, body });
    expect(Buffer.compare((await answerOf(await store.claim(key, claim('req_b')))).body, body)).toBe(0);
    const { Items: items = [] } = await db.client.send(
      new QueryCommand({
        TableName: 'Replies',
        KeyConditionExpression: '#partition = :partition',
        ProjectionExpression: 'sort, expiresAt',
        ExpressionAttributeNames: { '#partition': 'partition' },
        ExpressionAttributeValues: { ':partition': { S: `acme#idempotency#${key.scope}` } },
      }),
    );
    expect(items).toHaveLength(4);
    for (const item of items) expect(Number(item.expiresAt?.N)).toBe((nowMs + 24 * hour) / 1_000);
  });

  it('remembers that there was an answer where it is too large to keep', async () => {
    const key = newKey();
    await store.claim(key, claim('req_a'));
    expect(await store.answer(key, claim('req_a'), { ...answer, body: incompressible(3_000_000) })).toBe(
      true,
    );
    expect(await store.claim(key, claim('req_b'))).toMatchObject({ state: 'lost', owner: 'req_a' });
  });

  it('frees a key that is let go of, and none that has its answer', async () => {
    const key = newKey();
    await store.claim(key, claim('req_a'));
    expect(await store.release(key, 'req_b')).toBe(false);
    expect(await store.release(key, 'req_a')).toBe(true);
    expect(await store.claim(key, claim('req_b'))).toBeUndefined();
    await store.answer(key, claim('req_b'), answer);
    expect(await store.release(key, 'req_b')).toBe(false);
  });

  it('frees the key of a dead process when its lease ends, and not while it is renewed', async () => {
    const key = newKey();
    await store.claim(key, claim('req_dead'));
    nowMs += 5 * 60_000;
    expect(await store.renew(key, 'req_dead', nowMs + 6 * 60_000)).toBe(true);
    nowMs += 5 * 60_000;
    expect(await store.claim(key, claim('req_b'))).toMatchObject({ state: 'running', owner: 'req_dead' });
    nowMs += 60_001;
    expect(await store.claim(key, claim('req_b'))).toBeUndefined();
    expect(await store.renew(key, 'req_dead', nowMs + hour)).toBe(false);
    expect(await store.answer(key, claim('req_dead'), answer)).toBe(false);
    expect(await store.claim(key, claim('req_c'))).toMatchObject({ state: 'running', owner: 'req_b' });
  });

  it('forgets an answer after a day, though its item is still there', async () => {
    const key = newKey();
    await store.claim(key, claim('req_a'));
    await store.answer(key, claim('req_a'), answer);
    nowMs += 24 * hour - 1;
    expect(await store.claim(key, claim('req_b'))).toMatchObject({ state: 'answered' });
    nowMs += 1;
    expect(await store.claim(key, claim('req_b'))).toBeUndefined();
  });

  it('has keys of its own for every tenant', async () => {
    const key = newKey();
    await store.claim(key, claim('req_a'));
    expect(await store.claim({ ...key, tenantId: 'other' }, claim('req_b'))).toBeUndefined();
  });

  it('gives out no answer that was encrypted for another tenant', async () => {
    const key = newKey();
    await store.claim(key, claim('req_a'));
    await store.answer(key, claim('req_a'), answer);
    const { Item: item } = await db.client.send(
      new GetItemCommand({
        TableName: 'Replies',
        Key: { partition: { S: `acme#idempotency#${key.scope}` }, sort: { S: 'answer' } },
      }),
    );
    const moved = { ...item, partition: { S: `thief#idempotency#${key.scope}` } };
    await db.client.send(new PutItemCommand({ TableName: 'Replies', Item: moved }));
    const holder = await store.claim({ ...key, tenantId: 'thief' }, claim('req_b'));
    await expect(answerOf(holder)).rejects.toThrow();
  });
});

/** Bytes without a pattern that a compressor could find, the same in every run. */
function incompressible(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
