import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DocumentConflict, DocumentStore } from '../../../lib/storage/document-store.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';

let db: TestDynamoDb;
let store: DocumentStore;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  db = await startDynamoDb();
  await db.createTable('Tenancy', 'partition', 'sort');
  store = new DocumentStore('Tenancy', () => db.database);
});

afterAll(() => db.stop());

describe('DocumentStore', () => {
  it('keeps a document as it was given, at version 1', async () => {
    await store.create('acme', 'settings', 'budget#b1', { amountMicroUsd: 5, name: 'ü' });
    expect(await store.get('acme', 'settings', 'budget#b1')).toEqual({
      sort: 'budget#b1',
      value: { amountMicroUsd: 5, name: 'ü' },
      version: 1,
    });
  });

  it('creates once, of however many at the same time', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => store.create('acme', 'directory', 'project#p', { index })),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = attempts.find((attempt) => attempt.status === 'rejected');
    expect(refused?.reason).toBeInstanceOf(DocumentConflict);
  });

  it('lets one of two changes of the same version through', async () => {
    await store.create('acme', 'settings', 'limit#l1', { n: 1 });
    const changes = await Promise.allSettled([
      store.replace('acme', 'settings', 'limit#l1', { n: 2 }, 1),
      store.replace('acme', 'settings', 'limit#l1', { n: 3 }, 1),
    ]);
    expect(changes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await store.get('acme', 'settings', 'limit#l1'))?.version).toBe(2);
  });

  it('changes nothing that was removed meanwhile', async () => {
    await store.create('acme', 'settings', 'limit#gone', {});
    await store.remove('acme', 'settings', 'limit#gone');
    await store.remove('acme', 'settings', 'limit#gone');
    await expect(store.replace('acme', 'settings', 'limit#gone', {}, 1)).rejects.toThrow(DocumentConflict);
    expect(await store.get('acme', 'settings', 'limit#gone')).toBeUndefined();
  });

  it('pages through a collection in order, either way, one tenant and collection at a time', async () => {
    const sorts = Array.from({ length: 7 }, (_, index) => `event#${index}`);
    for (const sort of sorts) await store.create('pages', 'events', sort, {});
    await store.create('pages', 'directory', 'event#8', {});
    await store.create('pages-2', 'events', 'event#9', {});
    for (const descending of [false, true]) {
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.list('pages', 'events', {
          limit: 3,
          descending,
          ...(after === undefined ? {} : { after }),
        });
        seen.push(...page.documents.map(({ sort }) => sort));
        after = page.next;
      } while (after !== undefined);
      expect(seen).toEqual(descending ? sorts.toReversed() : sorts);
    }
  });

  it('lists by the beginning of the sort key', async () => {
    await store.create('prefix', 'settings', 'budget#a', {});
    await store.create('prefix', 'settings', 'limit#a', {});
    const { documents } = await store.list('prefix', 'settings', { prefix: 'budget#' });
    expect(documents.map(({ sort }) => sort)).toEqual(['budget#a']);
  });
});
