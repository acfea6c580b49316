import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RateLimitStore } from '../../../lib/storage/rate-limit-store.ts';
import { RequestSlotStore } from '../../../lib/storage/request-slot-store.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';

let db: TestDynamoDb;
let meters: RateLimitStore;
let slots: RequestSlotStore;
let next = 0;
let key: { tenantId: string; partition: string };

const nowUs = 1_800_000_000_000_000;
const expiresAtMs = nowUs / 1_000 + 60_000;

beforeAll(async () => {
  db = await startDynamoDb();
  await db.createTable('RateLimits', 'partition', 'sort');
  meters = new RateLimitStore('RateLimits', () => db.database);
  slots = new RequestSlotStore('RateLimits', () => db.database);
});

afterAll(() => db.stop());

beforeEach(() => {
  db.operations.length = 0;
  next += 1;
  key = { tenantId: 'acme', partition: `acme#limit#${next}#key` };
});

describe('RateLimitStore', () => {
  const idle = (meter: string, amountUs: number) => ({
    meter,
    amountUs,
    isIdle: true,
    latestUs: nowUs + 1_000,
  });
  const busy = (meter: string, amountUs: number) => ({ ...idle(meter, amountUs), isIdle: false });

  it('charges a meter that is not there from now on, and tells what it found', async () => {
    expect(await meters.charge(key, nowUs, [idle('a', 100)], expiresAtMs)).toMatchObject({
      charged: true,
      found: {},
    });
    expect(await meters.charge(key, nowUs, [busy('a', 50)], expiresAtMs)).toMatchObject({
      charged: true,
      found: { a: nowUs + 100 },
    });
    expect(await meters.read(key)).toMatchObject({ found: { a: nowUs + 150 } });
  });

  it('charges all meters or none, and tells how all of them stand', async () => {
    await meters.charge(key, nowUs, [idle('a', 100), idle('b', 1_000)], expiresAtMs);
    const found = { a: nowUs + 100, b: nowUs + 1_000 };
    expect(await meters.charge(key, nowUs, [busy('a', 1), busy('b', 1)], expiresAtMs)).toMatchObject({
      charged: false,
      found,
    });
    expect(await meters.read(key)).toMatchObject({ found });
  });

  it.each([
    ['as idle what is busy', idle('a', 1)],
    ['as busy what is not there', busy('b', 1)],
    ['further than allowed', busy('a', 901)],
  ])('does not charge %s', async (_, charge) => {
    await meters.charge(key, nowUs, [idle('a', 100)], expiresAtMs);
    expect(await meters.charge(key, nowUs, [charge], expiresAtMs)).toMatchObject({ charged: false });
  });

  it('takes a meter that lies in the past for idle, and never moves it back', async () => {
    await meters.charge(key, nowUs, [idle('a', 100)], expiresAtMs);
    expect(await meters.charge(key, nowUs + 100, [idle('a', 7)], expiresAtMs)).toMatchObject({
      charged: true,
      found: { a: nowUs + 100 },
    });
    expect(await meters.read(key)).toMatchObject({ found: { a: nowUs + 107 } });
  });

  it('charges a debt as far as it goes', async () => {
    await meters.charge(key, nowUs, [idle('a', 100)], expiresAtMs);
    const debt = { meter: 'a', amountUs: 1e9, isIdle: false };
    expect(await meters.charge(key, nowUs, [debt], expiresAtMs)).toMatchObject({ charged: true });
  });

  it('never charges beyond the limit, however many ask at once', async () => {
    await meters.charge(key, nowUs, [idle('a', 100)], expiresAtMs);
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => meters.charge(key, nowUs, [busy('a', 30)], expiresAtMs)),
    );
    expect(answers.filter(({ charged }) => charged)).toHaveLength(30);
  });

  it('takes back what was not used, and nothing of an item that is gone', async () => {
    await meters.charge(key, nowUs, [idle('a', 100), idle('b', 10)], expiresAtMs);
    await meters.credit(key, { a: 40, b: 1 });
    expect(await meters.read(key)).toMatchObject({ found: { a: nowUs + 60, b: nowUs + 9 } });
    await db.client.send(
      new DeleteItemCommand({
        TableName: 'RateLimits',
        Key: { partition: { S: key.partition }, sort: { S: 'meters' } },
      }),
    );
    await meters.credit(key, { a: 40 });
    expect(await meters.read(key)).toMatchObject({ found: {} });
  });

  it('takes nothing back where somebody has charged since', async () => {
    await meters.charge(key, nowUs, [idle('a', 100), idle('b', 10)], expiresAtMs);
    await meters.credit(key, { a: 40, b: 4 }, { a: nowUs + 100, b: nowUs + 9 });
    expect(await meters.read(key)).toMatchObject({ found: { a: nowUs + 100, b: nowUs + 10 } });
    await meters.credit(key, { a: 40, b: 4 }, { a: nowUs + 100, b: nowUs + 10 });
    expect(await meters.read(key)).toMatchObject({ found: { a: nowUs + 60, b: nowUs + 6 } });
  });

  it('tells the time of the database with every answer, that of a refusal too', async () => {
    const before = Date.now();
    const answers = [
      await meters.read(key),
      await meters.charge(key, nowUs, [idle('a', 100)], expiresAtMs),
      await meters.charge(key, nowUs, [idle('a', 100)], expiresAtMs),
    ];
    for (const { serverMs } of answers) {
      expect(serverMs).toBeGreaterThan(before - 1_000);
      expect(serverMs).toBeLessThanOrEqual(Date.now());
    }
  });
});

describe('RequestSlotStore', () => {
  const holding = (count: number, untilMs = 5_000) => ({ count, untilMs });

  it('counts what all hold together, to the last slot', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => slots.change(key, `p${i}`, undefined, holding(1), 5)),
    );
    expect(answers.filter(({ changed }) => changed)).toHaveLength(5);
    expect(await slots.change(key, 'late', undefined, holding(1), 5)).toMatchObject({
      changed: false,
      heldCount: 5,
    });
  });

  it('tells who holds what where there is no slot', async () => {
    await slots.change(key, 'p1', undefined, holding(2), 3);
    expect(await slots.change(key, 'p2', undefined, holding(2), 3)).toMatchObject({
      changed: false,
      heldCount: 2,
      holdings: { p1: holding(2) },
    });
  });

  it('changes only what is as expected', async () => {
    await slots.change(key, 'p1', undefined, holding(2), 3);
    for (const wrong of [undefined, holding(1), holding(2, 4_000)]) {
      expect(await slots.change(key, 'p1', wrong, undefined, 3)).toMatchObject({ changed: false });
    }
    expect(await slots.change(key, 'p1', holding(2), holding(1, 6_000), 3)).toMatchObject({ changed: true });
    expect(await slots.change(key, 'p1', holding(1, 6_000), undefined, 3)).toMatchObject({ changed: true });
    expect(await slots.change(key, 'p2', undefined, holding(3), 3)).toMatchObject({ changed: true });
  });

  it('lets a process renew and return beyond a limit that was lowered', async () => {
    await slots.change(key, 'p1', undefined, holding(3), 3);
    expect(await slots.change(key, 'p1', holding(3), holding(3, 9_000), 1)).toMatchObject({ changed: true });
    expect(await slots.change(key, 'p1', holding(3, 9_000), holding(2), 1)).toMatchObject({ changed: true });
    expect(await slots.change(key, 'p1', holding(2), holding(3), 1)).toMatchObject({ changed: false });
  });
});
