import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JobContentStore } from '../../../lib/storage/job-content-store.ts';
import { newJobId } from '../../../lib/storage/job-id.ts';
import { JobConflict, JobStore } from '../../../lib/storage/job-store.ts';
import { WorkingTenants } from '../../../lib/storage/working-tenants.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';

interface Task {
  readonly title: string;
}

const laterMs = Date.now() + 86_400_000;
let db: TestDynamoDb;
let store: JobStore<Task>;

beforeAll(async () => {
  db = await startDynamoDb();
  await db.createTable('Jobs', 'partition', 'sort');
  store = new JobStore('Jobs', () => db.database);
});

afterAll(() => db.stop());

describe('a job', () => {
  it('is found by its tenant and id, and by no other tenant', async () => {
    const id = newJobId();
    await store.create('acme', id, { title: 'one' }, laterMs);
    expect(await store.get('acme', id)).toEqual({ job: { title: 'one' }, version: 1 });
    expect(await store.get('globex', id)).toBeUndefined();
    expect(await store.getAll('globex', [id])).toEqual([]);
  });

  it('is made once', async () => {
    const id = newJobId();
    await store.create('acme', id, { title: 'first' }, laterMs);
    await expect(store.create('acme', id, { title: 'second' }, laterMs)).rejects.toBeInstanceOf(JobConflict);
    expect((await store.get('acme', id))?.job.title).toBe('first');
  });

  it('is changed only from the version that was read', async () => {
    const id = newJobId();
    await store.create('acme', id, { title: 'a' }, laterMs);
    await store.replace('acme', id, { title: 'b' }, 1, laterMs);
    await expect(store.replace('acme', id, { title: 'c' }, 1, laterMs)).rejects.toBeInstanceOf(JobConflict);
    expect(await store.get('acme', id)).toEqual({ job: { title: 'b' }, version: 2 });
  });

  it('that was removed is not brought back by a late change', async () => {
    const id = newJobId();
    await store.create('acme', id, { title: 'a' }, laterMs);
    await store.remove('acme', id);
    await expect(store.replace('acme', id, { title: 'b' }, 1, laterMs)).rejects.toBeInstanceOf(JobConflict);
    expect(await store.get('acme', id)).toBeUndefined();
  });

  it('is listed in the order of time, page by page', async () => {
    const ids = [1, 2, 3].map((ms) => newJobId(ms * 1_000));
    for (const id of ids.toReversed()) await store.create('pages', id, { title: id }, laterMs);
    const first = await store.list('pages', { limit: 2 });
    expect(first.items.map(({ job }) => job.title)).toEqual(ids.slice(0, 2));
    const { next = '' } = first;
    expect((await store.list('pages', { limit: 2, after: next })).items.map(({ job }) => job.title)).toEqual(
      ids.slice(2),
    );
  });

  it('is read with a hundred others and more, in the order asked for', async () => {
    const ids = Array.from({ length: 120 }, (_, index) => newJobId(index));
    await Promise.all(ids.map((id) => store.create('many', id, { title: id }, laterMs)));
    const found = await store.getAll('many', [...ids.toReversed(), newJobId()]);
    expect(found.map(({ job }) => job.title)).toEqual(ids.toReversed());
  });
});

describe('open entries', () => {
  const [a, b] = [newJobId(1), newJobId(2)];

  it('are listed the oldest first and go on after a job with all its rounds', async () => {
    for (const [jobId, round] of [
      [b, 1],
      [a, 1],
      [a, 2],
    ] as const) {
      await store.markOpen('acme', { jobId, round, openedAtMs: 5 }, laterMs);
    }
    const { items, next } = await store.listOpen('acme', { limit: 10 });
    expect(items).toEqual([
      { jobId: a, round: 1, openedAtMs: 5 },
      { jobId: a, round: 2, openedAtMs: 5 },
      { jobId: b, round: 1, openedAtMs: 5 },
    ]);
    expect(next).toBeUndefined();
    const after = await store.listOpen('acme', { limit: 10, after: a });
    expect(after.items.map(({ jobId }) => jobId)).toEqual([b]);
  });

  it('of one round are removed without those of another', async () => {
    await store.unmarkOpen('acme', { jobId: a, round: 1 });
    const { items } = await store.listOpen('acme', { limit: 10 });
    expect(items.map(({ jobId, round }) => [jobId, round])).toEqual([
      [a, 2],
      [b, 1],
    ]);
  });
});

describe('contents', () => {
  const key = randomBytes(32);
  const objects = new Map<string, Uint8Array>();
  const contents = () =>
    new JobContentStore({
      tableName: 'Jobs',
      clientFor: () => db.database,
      cipher: {
        encrypt: async (tenantId, plaintext) => {
          const nonce = randomBytes(12);
          const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(tenantId));
          return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
        },
        decrypt: async (tenantId, bytes) => {
          const all = Buffer.from(bytes);
          const decipher = createDecipheriv('aes-256-gcm', key, all.subarray(0, 12))
            .setAAD(Buffer.from(tenantId))
            .setAuthTag(all.subarray(-16));
          return Buffer.concat([decipher.update(all.subarray(12, -16)), decipher.final()]);
        },
      },
      objects: {
        put: async (tenantId, area, name, bytes) => void objects.set(`${tenantId}/${area}/${name}`, bytes),
        get: async (tenantId, area, name) => objects.get(`${tenantId}/${area}/${name}`),
        delete: async (tenantId, area, name) => void objects.delete(`${tenantId}/${area}/${name}`),
      },
    });

  it('are named, those of one tenant, and are all gone once each is removed', async () => {
    objects.clear();
    const store = contents();
    for (const [name, size] of [
      ['a', 10],
      ['b', 100_000],
    ] as const) {
      await store.put('named', name, randomBytes(size), Date.now() + 60_000);
    }
    expect(await store.names('named', 10)).toEqual(['a', 'b']);
    expect(await store.names('named', 1)).toEqual(['a']);
    expect(await store.names('nobody', 10)).toEqual([]);
    for (const name of await store.names('named', 10)) await store.remove('named', name);
    expect(await store.names('named', 10)).toEqual([]);
    expect(objects.size).toBe(0);
  });

  it.each([
    ['small ones beside the jobs', 1_000, 0],
    ['large ones as objects', 100_000, 1],
  ])('are kept encrypted: %s', async (_what, size, expectedObjects) => {
    objects.clear();
    const text = 'secret '.repeat(Math.ceil(size / 7));
    await contents().put('acme', 'job_1.request', Buffer.from(text), laterMs);
    expect(objects.size).toBe(expectedObjects);
    for (const bytes of objects.values())
      expect(Buffer.from(bytes).toString('latin1')).not.toContain('secret');
    expect(Buffer.from((await contents().get('acme', 'job_1.request')) ?? []).toString()).toBe(text);
    expect(await contents().get('globex', 'job_1.request')).toBeUndefined();
    await contents().remove('acme', 'job_1.request');
    expect(await contents().get('acme', 'job_1.request')).toBeUndefined();
    expect(objects.size).toBe(0);
  });
});

describe('tenants with work', () => {
  it('are noted once an hour by a process, and listed', async () => {
    let now = 0;
    const working = new WorkingTenants(
      'Jobs',
      () => db.database,
      () => now,
    );
    db.operations.length = 0;
    await working.note('globex');
    await working.note('globex');
    expect(db.operations).toEqual(['PutItem']);
    now += 60 * 60_000;
    await working.note('globex');
    expect(db.operations).toEqual(['PutItem', 'PutItem']);
    await working.note('acme');
    const listed = [];
    for await (const tenantId of working.list(1)) listed.push(tenantId);
    expect(listed).toEqual(['acme', 'globex']);
  });

  it('are noted anew where noting failed', async () => {
    const working = new WorkingTenants('Jobs', () => db.database);
    db.failNext(400, { __type: 'com.amazonaws.dynamodb.v20120810#AccessDeniedException', message: 'no' });
    await expect(working.note('initech')).rejects.toThrow('no');
    await working.note('initech');
    const listed = [];
    for await (const tenantId of working.list()) listed.push(tenantId);
    expect(listed).toContain('initech');
  });
});
