import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newRequestId } from '../../../lib/storage/request-id.ts';
import { RequestReader, type StoredRecord } from '../../../lib/storage/request-reader.ts';
import { RequestStore } from '../../../lib/storage/request-store.ts';
import { UsageStore } from '../../../lib/storage/usage-store.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';

const hour = 3_600_000;
const day = 24 * hour;
/** A midnight (UTC) long ago, so that outcomes filed now are late. */
const midnight = Date.UTC(2026, 0, 10);
let db: TestDynamoDb;
let store: RequestStore;
let reader: RequestReader;
let counted: UsageStore;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  db = await startDynamoDb();
  await db.createTable('Requests', 'partition', 'sort');
  const clientFor = () => db.database;
  store = new RequestStore('Requests', clientFor);
  reader = new RequestReader('Requests', clientFor);
  counted = new UsageStore('Requests', clientFor);
});

afterAll(() => db.stop());

async function file(tenantId: string, times: readonly number[]): Promise<string[]> {
  const ids = times.map((time) => newRequestId(time));
  await Promise.all(
    ids.flatMap((id) => [
      store.put(tenantId, id, 'intent', { id }),
      store.put(tenantId, id, 'outcome', { id }),
    ]),
  );
  return ids;
}

async function scanned(tenantId: string, fromMs: number, toMs: number): Promise<string[]> {
  const found: string[] = [];
  await reader.scan(tenantId, { fromMs, toMs }, 'outcome', ({ requestId }) => found.push(requestId));
  return found.sort();
}

async function newestFirst(tenantId: string, fromMs: number, toMs: number, before?: string) {
  const found: StoredRecord[] = [];
  for await (const record of reader.newestFirst(tenantId, { fromMs, toMs }, before)) found.push(record);
  return found.map(({ requestId, phase }) => `${requestId} ${phase}`);
}

describe('RequestReader', () => {
  it('scans a range over days: its first millisecond, and not its end', async () => {
    const times = [
      midnight - 1,
      midnight,
      midnight + 1,
      midnight + day - 1,
      midnight + day,
      midnight + 2 * day,
    ];
    const ids = await file('scan', times);
    await file('scan-2', times);
    expect(await scanned('scan', midnight, midnight + 2 * day)).toEqual(ids.slice(1, 5));
    expect(await scanned('scan', midnight, midnight)).toEqual([]);
  });

  it('scans more of one shard than one answer of the database holds', async () => {
    const ids = Array.from({ length: 200 }, () => newRequestId(midnight)).filter((id) => id.endsWith('0'));
    const large = ids.slice(0, 5);
    const text = 'x'.repeat(350_000);
    await Promise.all(large.map((id) => store.put('large', id, 'outcome', { text })));
    expect(large).toHaveLength(5);
    expect(await scanned('large', midnight, midnight + day)).toEqual(large.toSorted());
  });

  it('finds the records of one request in the order of its life, and nothing of another', async () => {
    const [id = '', other = ''] = await file('find', [midnight, midnight]);
    expect((await reader.find('find', id)).map(({ phase, record }) => [phase, record.id])).toEqual([
      ['intent', id],
      ['outcome', id],
    ]);
    expect(await reader.find('find-2', other)).toEqual([]);
    expect(await reader.find('find', newRequestId(midnight))).toEqual([]);
  });

  it('reads the newest first over shards and days, each request together, from a request on', async () => {
    const times = Array.from({ length: 120 }, (_, index) => midnight + index * (day / 60));
    const ids = (await file('newest', times)).toReversed();
    const expected = ids.flatMap((id) => [`${id} outcome`, `${id} intent`]);
    expect(await newestFirst('newest', midnight, midnight + 2 * day)).toEqual(expected);
    expect(await newestFirst('newest', midnight, midnight + 2 * day, ids[99])).toEqual(expected.slice(200));
    expect(await newestFirst('newest', midnight, midnight + 2 * day, ids.at(-1))).toEqual([]);
  });

  it('reads no further than it is asked to', async () => {
    await file('lazy', [midnight, midnight + day]);
    db.operations.length = 0;
    const records = reader.newestFirst('lazy', { fromMs: midnight - 300 * day, toMs: midnight + 2 * day });
    await records.next();
    await records.return(undefined);
    expect(db.operations.filter((name) => name === 'Query').length).toBeLessThanOrEqual(16 * 2);
  });
});

describe('an outcome', () => {
  it('that comes long after its request is filed beside its hour, once however often it is written', async () => {
    const [id = ''] = await file('late', [midnight + hour / 2]);
    await store.put('late', id, 'outcome', { id });
    const { hours, late } = await counted.read('late', { fromMs: midnight, toMs: midnight + hour });
    expect(hours).toEqual([]);
    expect(late).toEqual([{ requestId: id, record: { id } }]);
    const found: boolean[] = [];
    const range = { fromMs: midnight, toMs: midnight + day };
    await reader.scan('late', range, 'outcome', ({ isLate }) => found.push(isLate));
    expect(found).toEqual([true]);
  });

  it('of a request that just came is filed nowhere else', async () => {
    const now = Date.now();
    const startMs = Math.floor(now / hour) * hour;
    await file('present', [now, now - 15 * 60_000]);
    const { late } = await counted.read('present', { fromMs: startMs - hour, toMs: startMs + hour });
    expect(late).toEqual([]);
  });
});

describe('UsageStore', () => {
  it('gives back the hours of a range as they were counted, in order', async () => {
    const hours = Array.from({ length: 50 }, (_, index) => ({
      startMs: midnight + index * hour,
      rows: [{ requests: index }],
    }));
    await counted.write('hours', hours);
    await counted.write('hours', hours.slice(3, 5));
    const range = { fromMs: midnight + 2 * hour, toMs: midnight + 40 * hour };
    expect(await counted.read('hours', range)).toEqual({ hours: hours.slice(2, 40), late: [] });
    expect((await counted.read('hours-2', range)).hours).toEqual([]);
    expect((await counted.read('hours', { fromMs: midnight, toMs: midnight })).hours).toEqual([]);
  });

  it('keeps late outcomes of the last hour of a range, and not of the one behind it', async () => {
    await file('edges', [midnight - 1, midnight, midnight + hour - 1, midnight + hour]);
    const { late } = await counted.read('edges', { fromMs: midnight, toMs: midnight + hour });
    expect(late).toHaveLength(2);
  });

  it('does not keep an hour that fits no item', async () => {
    const rows = Array.from({ length: 60_000 }, () => Math.random().toString(36));
    await counted.write('huge', [{ startMs: midnight, rows }]);
    expect((await counted.read('huge', { fromMs: midnight, toMs: midnight + hour })).hours).toEqual([]);
  });
});
