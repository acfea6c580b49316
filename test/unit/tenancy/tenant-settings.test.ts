import { describe, expect, it } from 'vitest';
import type { DocumentPage } from '../../../lib/storage/document-store.ts';
import { SettingsCache } from '../../../lib/tenancy/index.ts';

/** A store of one tenant's settings in pages of one document. */
function fakeStore(documents: Record<string, unknown>) {
  const reads: string[] = [];
  return {
    reads,
    documents,
    fails: false,
    async list<Value>(
      tenantId: string,
      collection: string,
      { after = '' } = {},
    ): Promise<DocumentPage<Value>> {
      if (this.fails) throw new Error('storage is down');
      if (after === '') reads.push(`${tenantId} ${collection}`);
      const [sort, following] = Object.keys(documents)
        .toSorted()
        .filter((candidate) => candidate > after);
      if (sort === undefined) return { documents: [] };
      return {
        documents: [{ sort, value: documents[sort] as Value, version: 1 }],
        ...(following === undefined ? {} : { next: sort }),
      };
    },
    async get<Value>(tenantId: string, collection: string, sort: string) {
      reads.push(`${tenantId} ${collection} ${sort}`);
      const value = documents[sort] as Value | undefined;
      return value === undefined ? undefined : { sort, value, version: 1 };
    },
  };
}

const tenant = { id: 'acme', name: 'Acme', status: 'active', tier: 'pool', whenLedgerFails: 'closed' };

describe('SettingsCache', () => {
  it('reads all pages and tells the kinds apart', async () => {
    const store = fakeStore({ 'budget#a': 1, 'budget#b': 2, 'limit#a': 3, tenant });
    const settings = await new SettingsCache({ store, cacheMs: 60_000 }).settings('acme');
    expect(settings.tenant).toEqual(tenant);
    expect([settings.list('budget'), settings.list('limit'), settings.list('policy')]).toEqual([
      [1, 2],
      [3],
      [],
    ]);
  });

  it('takes a tenant that nobody described for an active one', async () => {
    const settings = await new SettingsCache({ store: fakeStore({}), cacheMs: 1 }).settings('local');
    expect(settings.tenant).toMatchObject({ id: 'local', status: 'active', whenLedgerFails: 'closed' });
  });

  it('reads once for many at the same time, again after its time, and at once after a change', async () => {
    const store = fakeStore({ tenant });
    let now = 0;
    const cache = new SettingsCache({ store, cacheMs: 100, now: () => now });
    await Promise.all([cache.settings('acme'), cache.settings('acme')]);
    now = 99;
    await cache.settings('acme');
    expect(store.reads).toHaveLength(1);
    now = 100;
    await cache.settings('acme');
    expect(store.reads).toHaveLength(2);
    await cache.project('acme', 'search');
    cache.forget('acme');
    await cache.settings('acme');
    await cache.project('acme', 'search');
    expect(store.reads).toHaveLength(5);
  });

  it('does not remember a failure', async () => {
    const store = fakeStore({ tenant });
    const cache = new SettingsCache({ store, cacheMs: 60_000 });
    store.fails = true;
    await expect(cache.settings('acme')).rejects.toThrow('storage is down');
    store.fails = false;
    expect((await cache.settings('acme')).tenant.id).toBe('acme');
  });
});
