import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeyStore } from '../../../lib/storage/api-key-store.ts';
import { DocumentStore } from '../../../lib/storage/document-store.ts';
import { ApiKeys } from '../../../lib/tenancy/api-keys.ts';
import { Members } from '../../../lib/tenancy/members.ts';
import { Projects } from '../../../lib/tenancy/projects.ts';
import { purgeTenant } from '../../../lib/tenancy/purge-tenant.ts';
import { Tenants } from '../../../lib/tenancy/tenants.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';

const acme = { name: 'Acme', tier: 'pool', whenLedgerFails: 'closed' } as const;
const isOwnerThere = async () => true;

let db: TestDynamoDb;
let documents: DocumentStore;
let store: ApiKeyStore;
let tenants: Tenants;
let keys: ApiKeys;
let nowMs = Date.now();

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  db = await startDynamoDb();
  await db.createTable('Tenancy', 'partition', 'sort');
  await db.createTable('ApiKeys', 'keyId');
  documents = new DocumentStore('Tenancy', () => db.database);
  store = new ApiKeyStore({ tableName: 'ApiKeys', endpoint: db.endpoint, region: 'us-east-1' });
  const now = () => nowMs;
  tenants = new Tenants(documents, now);
  keys = new ApiKeys({ documents, store, pepper: async () => 'pepper', environment: 'test', now });
});

afterAll(() => db.stop());

describe("tenants' directories", () => {
  it('have one tenant of an id, of however many that are made at once', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => tenants.create('acme', { ...acme, name: `Acme ${index}` })),
    );
    const made = attempts.filter((attempt) => attempt.status === 'fulfilled');
    expect(made).toHaveLength(1);
    expect(await tenants.get('acme')).toEqual(made[0]?.value);
    expect((await tenants.page({ limit: 10 })).items).toEqual([made[0]?.value]);
  });

  it('show the keys of one project in pages, either way', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 30; index += 1) {
      nowMs += 1;
      const wanted = { projectId: 'search', name: `k${index}`, role: 'member', scopes: [] } as const;
      ids.push((await keys.create('pages', wanted, isOwnerThere)).record.keyId);
    }
    for (const projectId of ['sear', 'search-2', '']) {
      await keys.create('pages', { projectId, name: 'k', role: 'member', scopes: [] }, isOwnerThere);
    }
    for (const id of ids.splice(3, 20)) await keys.revoke('pages', id);
    for (const descending of [false, true]) {
      const seen: string[] = [];
      for (let more = true; more; ) {
        const after = seen.at(-1);
        const page = await keys.page('pages', 'search', {
          limit: 4,
          descending,
          ...(after === undefined ? {} : { after }),
        });
        seen.push(...page.items.map(({ keyId }) => keyId));
        more = page.hasMore;
      }
      expect(seen).toEqual(descending ? ids.toReversed() : ids);
    }
  });

  it('rotate a key once, of however many that want to at once', async () => {
    const wanted = { projectId: 'default', name: 'k', role: 'member', scopes: [] } as const;
    const { record } = await keys.create('rotation', wanted, isOwnerThere);
    await store.noteUse(record.keyId, nowMs, 0);
    const attempts = await Promise.allSettled(
      Array.from({ length: 5 }, () =>
        keys.rotate('rotation', record.keyId, { overlapMs: 1_000 }, isOwnerThere),
      ),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { items } = await keys.page('rotation', 'default', { limit: 100 });
    expect(items).toHaveLength(2);
  });

  it('have one member of an address, who is found by it and by identity', async () => {
    const members = new Members(documents);
    const ada = { email: 'ada@example.com', name: 'Ada', role: 'member', projects: [] } as const;
    const attempts = await Promise.allSettled(Array.from({ length: 6 }, () => members.add('people', ada)));
    const [added] = attempts.filter((attempt) => attempt.status === 'fulfilled');
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const bound = await members.bindIdentity('people', added?.value.id ?? '', {
      issuer: 'https://id.example.com',
      subject: 'x'.repeat(2_000),
    });
    expect(await members.findByIdentity('people', 'https://id.example.com', 'x'.repeat(2_000))).toEqual(
      bound,
    );
    expect(await members.findByEmail('people', 'ada@example.com')).toEqual(bound);
  });

  it('are purged to a tombstone', async () => {
    await tenants.create('gone', acme);
    await new Projects(documents).create('gone', 'Search');
    const wanted = { projectId: 'default', name: 'k', role: 'member', scopes: [] } as const;
    const { record } = await keys.create('gone', wanted, isOwnerThere);
    await tenants.delete('gone');
    nowMs += 20 * 60_000;
    const parts = { tenants, documents, apiKeys: store };
    while ((await purgeTenant('gone', parts)).tenant.status !== 'deleted');
    expect(await store.get(record.keyId)).toBeUndefined();
    expect((await documents.list('gone', 'directory')).documents).toEqual([]);
    expect(await tenants.get('gone')).toMatchObject({ status: 'deleted' });
    await expect(tenants.create('gone', acme)).rejects.toMatchObject({ code: 'already_exists' });
  });
});
