import { beforeEach, describe, expect, it } from 'vitest';
import { ApiKeys } from '../../../lib/tenancy/api-keys.ts';
import { SettingsCache, type Tenant } from '../../../lib/tenancy/index.ts';
import { Members } from '../../../lib/tenancy/members.ts';
import { Projects } from '../../../lib/tenancy/projects.ts';
import { purgeTenant } from '../../../lib/tenancy/purge-tenant.ts';
import { Tenants } from '../../../lib/tenancy/tenants.ts';
import { MemoryApiKeys } from '../../support/memory-api-keys.ts';
import { MemoryDocuments } from '../../support/memory-documents.ts';

const acme = { name: 'Acme', tier: 'pool', whenLedgerFails: 'closed' } as const;
const minute = 60_000;

let documents: MemoryDocuments;
let apiKeys: MemoryApiKeys;
let tenants: Tenants;
let projects: Projects;
let nowMs: number;

beforeEach(() => {
  documents = new MemoryDocuments();
  apiKeys = new MemoryApiKeys();
  nowMs = 1_000_000;
  tenants = new Tenants(documents, () => nowMs);
  projects = new Projects(documents, () => nowMs);
});

/** What requests see of a tenant. */
const seen = (id: string) =>
  new SettingsCache({ store: documents, cacheMs: 0 }).settings(id).then(({ tenant }) => tenant);
const listed = async () => (await tenants.page({ limit: 100 })).items;

describe('a tenant', () => {
  it('is made with a record, a place in the list and a project', async () => {
    const tenant = await tenants.create('acme', { ...acme, residency: { regions: ['eu-central-1'] } });
    expect(tenant).toEqual({
      id: 'acme',
      ...acme,
      status: 'active',
      residency: { regions: ['eu-central-1'] },
      createdAtMs: 1_000_000,
    });
    expect(await seen('acme')).toEqual(tenant);
    expect(await listed()).toEqual([tenant]);
    expect(await projects.get('acme', 'default')).toMatchObject({ status: 'active', createdAtMs: 1_000_000 });
  });

  it.each(['', 'a', 'ab', 'Acme', '1acme', 'acme-', 'a#b', 'a_b', 'platform', 'x'.repeat(41), 'ac me'])(
    'is not called %j',
    async (id) => {
      await expect(tenants.create(id, acme)).rejects.toMatchObject({ code: 'invalid', param: 'id' });
      expect(documents.writes).toEqual([]);
    },
  );

  it('is made once, of however many at the same time that want it otherwise', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => tenants.create('acme', { ...acme, name: `Acme ${index}` })),
    );
    const made = attempts.filter((attempt) => attempt.status === 'fulfilled');
    expect(made).toHaveLength(1);
    expect(attempts.find((attempt) => attempt.status === 'rejected')?.reason).toMatchObject({
      code: 'already_exists',
    });
    expect(await seen('acme')).toEqual(made[0]?.value);
    expect(await listed()).toEqual([made[0]?.value]);
  });

  it.each([0, 1, 2])(
    'is made by the same request again where a process died after %s writes',
    async (left) => {
      documents.writesLeft = left;
      await expect(tenants.create('acme', acme)).rejects.toThrow('died');
      documents.writesLeft = Number.POSITIVE_INFINITY;
      nowMs += 5;
      const tenant = await tenants.create('acme', acme);
      expect(tenant.createdAtMs).toBe(left === 0 ? 1_000_005 : 1_000_000);
      expect(await seen('acme')).toEqual(tenant);
      expect(await listed()).toEqual([tenant]);
      expect(await tenants.create('acme', acme)).toEqual(tenant);
      await expect(tenants.create('acme', { ...acme, name: 'Other' })).rejects.toMatchObject({
        code: 'already_exists',
      });
    },
  );

  it('that nobody described gets its record with the first change', async () => {
    await expect(tenants.get('older')).rejects.toMatchObject({ code: 'not_found' });
    expect(await seen('older')).toMatchObject({ status: 'active', createdAtMs: 0 });
    await tenants.update('older', { status: 'suspended' });
    expect(await seen('older')).toMatchObject({ status: 'suspended', createdAtMs: 1_000_000 });
    expect(await listed()).toEqual([await seen('older')]);
    await expect(tenants.create('older', acme)).rejects.toMatchObject({ code: 'already_exists' });
  });

  it('with an id from before, shorter than one is given now, can be changed', async () => {
    await tenants.ensure('9');
    expect(await tenants.update('9', { name: 'Nine' })).toMatchObject({ id: '9', name: 'Nine' });
    await expect(tenants.update('platform', {})).rejects.toMatchObject({ code: 'not_found' });
  });

  it('keeps its description where a process died, also against one that wants it otherwise', async () => {
    documents.writesLeft = 1;
    await expect(tenants.create('acme', acme)).rejects.toThrow('died');
    documents.writesLeft = Number.POSITIVE_INFINITY;
    await expect(tenants.create('acme', { ...acme, name: 'Other' })).rejects.toMatchObject({
      code: 'already_exists',
    });
    expect(await seen('acme')).toMatchObject({ createdAtMs: 0 });
    expect(await tenants.create('acme', acme)).toMatchObject({ name: 'Acme' });
  });

  it('that a change described and a crash left unlisted is listed again, and not made anew', async () => {
    documents.writesLeft = 2;
    await expect(tenants.update('older', { status: 'suspended' })).rejects.toThrow('died');
    documents.writesLeft = Number.POSITIVE_INFINITY;
    expect(await listed()).toEqual([]);
    await expect(tenants.create('older', { ...acme, name: 'older' })).rejects.toMatchObject({
      code: 'already_exists',
    });
    expect(await listed()).toEqual([await seen('older')]);
    expect((await seen('older')).status).toBe('suspended');
  });

  it('changes in what is named, and null removes', async () => {
    await tenants.create('acme', { ...acme, residency: { regions: ['eu-central-1'] } });
    expect(await tenants.update('acme', { name: 'New' })).toMatchObject({
      name: 'New',
      residency: { regions: ['eu-central-1'] },
    });
    const changed = await tenants.update('acme', { residency: null, whenLedgerFails: 'open' });
    expect(changed).not.toHaveProperty('residency');
    expect(await listed()).toEqual([changed]);
    await expect(tenants.update('A#', {})).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is listed as it is, however many changes meet', async () => {
    await tenants.create('acme', acme);
    await Promise.all(
      Array.from({ length: 5 }, (_, index) => tenants.update('acme', { name: `Acme ${index}` })),
    );
    expect(await listed()).toEqual([await seen('acme')]);
  });
});

describe('a deleted tenant', () => {
  const delay = 20 * minute;
  const purge = () => purgeTenant('acme', { tenants, documents, apiKeys });

  async function fill(): Promise<void> {
    await tenants.create('acme', acme);
    const keys = new ApiKeys({
      documents,
      store: apiKeys,
      pepper: async () => 'pepper',
      environment: 'test',
      now: () => nowMs,
    });
    for (let index = 0; index < 130; index += 1) {
      nowMs += 1;
      const key = { projectId: 'default', name: 'k', role: 'member', scopes: [] } as const;
      await keys.create('acme', key, async () => true);
    }
    const person = { email: 'a@example.com', name: 'A', role: 'member', projects: [] } as const;
    await new Members(documents).add('acme', person);
    await documents.create('acme', 'settings', 'budget#b', {});
    await documents.create('acme', 'events', '2027#x', {});
  }

  it('stops at once and keeps its data, and comes back until it is purged', async () => {
    await fill();
    const deleted = await tenants.delete('acme');
    expect(deleted).toMatchObject({ status: 'deleting', deletedAtMs: nowMs });
    expect(await tenants.delete('acme')).toEqual(deleted);
    expect((await seen('acme')).status).toBe('deleting');
    expect(apiKeys.records.size).toBe(130);
    const restored = await tenants.update('acme', { status: 'active' });
    expect(restored).not.toHaveProperty('deletedAtMs');
    expect(await seen('acme')).toEqual(restored);
  });

  it('is not purged before it is deleted and quiet', async () => {
    await fill();
    await expect(purge()).rejects.toMatchObject({ code: 'conflict' });
    await tenants.delete('acme');
    nowMs += delay - 1;
    await expect(purge()).rejects.toMatchObject({ code: 'conflict' });
    expect((await seen('acme')).purgeStartedAtMs).toBeUndefined();
    nowMs += 1;
    expect((await purge()).removed).toBeGreaterThan(0);
    await expect(tenants.update('acme', { status: 'active' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(purgeTenant('never', { tenants, documents, apiKeys })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it.each([3, 50, 120, 260])(
    'is purged page by page, on after a crash after %s writes, to a tombstone',
    async (left) => {
      await fill();
      await tenants.create('globex', { ...acme, name: 'Globex' });
      await tenants.delete('acme');
      nowMs += delay;
      documents.writesLeft = left;
      let tenant: Tenant | undefined;
      for (let requests = 0; tenant?.status !== 'deleted'; requests += 1) {
        expect(requests).toBeLessThan(20);
        try {
          ({ tenant } = await purge());
        } catch {
          documents.writesLeft = Number.POSITIVE_INFINITY;
        }
      }
      expect(apiKeys.records.size).toBe(0);
      expect((await documents.list('acme', 'directory')).documents).toEqual([]);
      expect((await documents.list('acme', 'events')).documents).toEqual([]);
      expect((await documents.list('acme', 'settings')).documents.map(({ sort }) => sort)).toEqual([
        'tenant',
      ]);
      expect(await seen('acme')).toMatchObject({ id: 'acme', name: 'acme', status: 'deleted' });
      expect((await listed()).map(({ id }) => id)).toEqual(['globex']);
      expect(await purge()).toMatchObject({ removed: 0, tenant: { status: 'deleted' } });
      await expect(tenants.create('acme', acme)).rejects.toMatchObject({ code: 'already_exists' });
      await expect(tenants.update('acme', { status: 'active' })).rejects.toMatchObject({ code: 'conflict' });
      expect(await projects.get('globex', 'default')).toMatchObject({ status: 'active' });
    },
  );

  it('is purged of what is kept elsewhere first', async () => {
    await fill();
    await tenants.delete('acme');
    nowMs += delay;
    const left = [2, 1, 0];
    const others = [async () => left.shift() ?? 0];
    const parts = { tenants, documents, apiKeys, others };
    expect((await purgeTenant('acme', parts)).removed).toBe(2);
    expect((await purgeTenant('acme', parts)).removed).toBe(1);
    expect(apiKeys.records.size).toBe(130);
    expect((await purgeTenant('acme', parts)).removed).toBe(100);
  });
});

describe('projects', () => {
  it('have ids that are drawn or chosen, and no two the same', async () => {
    const drawn = await projects.create('acme', 'Search');
    expect(drawn).toMatchObject({ name: 'Search', status: 'active' });
    await projects.create('acme', 'Billing', 'billing');
    await expect(projects.create('acme', 'Again', 'billing')).rejects.toMatchObject({
      code: 'already_exists',
    });
    await projects.create('globex', 'Billing', 'billing');
    await expect(projects.get('globex', drawn.id)).rejects.toMatchObject({ code: 'not_found' });
    for (const id of ['', 'A', 'a#b', '-a', 'x'.repeat(64)]) {
      await expect(projects.create('acme', 'n', id)).rejects.toMatchObject({ code: 'invalid' });
    }
  });

  it('are there without a record where the tenant always has one, or the caller is in it', async () => {
    expect(await projects.get('older', 'default')).toMatchObject({ createdAtMs: 0 });
    expect(await projects.get('older', 'search', 'search')).toMatchObject({ id: 'search' });
    await expect(projects.get('older', 'search', 'other')).rejects.toMatchObject({ code: 'not_found' });
    await expect(projects.get('older', '', '')).rejects.toMatchObject({ code: 'not_found' });
    await projects.update('older', 'search', { dataClass: 'personal' }, 'search');
    expect(await projects.get('older', 'search')).toMatchObject({
      dataClass: 'personal',
      createdAtMs: 1_000_000,
    });
  });

  it('change in what is named, and null removes', async () => {
    await projects.create('acme', 'Search', 'search');
    const set = { responseCache: { ttlSeconds: 60 }, dataClass: 'internal' };
    expect(await projects.update('acme', 'search', set)).toMatchObject(set);
    expect(await projects.update('acme', 'search', { name: 'S' })).toMatchObject({ ...set, name: 'S' });
    const without = await projects.update('acme', 'search', { responseCache: null, dataClass: null });
    expect(without).not.toHaveProperty('responseCache');
    expect(without).not.toHaveProperty('dataClass');
    await expect(projects.update('acme', 'nothing', {})).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are archived for good, but for the one that every tenant has', async () => {
    await projects.create('acme', 'Search', 'search');
    const archived = await projects.archive('acme', 'search');
    expect(archived).toMatchObject({ status: 'archived', archivedAtMs: 1_000_000 });
    expect(await projects.archive('acme', 'search')).toEqual(archived);
    await expect(projects.update('acme', 'search', { name: 'x' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(projects.getActive('acme', 'search')).rejects.toMatchObject({ code: 'conflict' });
    await expect(projects.archive('acme', 'default')).rejects.toMatchObject({ code: 'conflict' });
    await projects.create('acme', 'Billing', 'billing');
    const list = async (includeArchived: boolean) =>
      (await projects.page('acme', { limit: 10 }, { includeArchived })).items.map(({ id }) => id);
    expect([await list(false), await list(true)]).toEqual([['billing'], ['billing', 'search']]);
  });
});
