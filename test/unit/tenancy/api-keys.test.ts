import { beforeEach, describe, expect, it } from 'vitest';
import { ApiKeys, type NewApiKey } from '../../../lib/tenancy/api-keys.ts';
import { Authenticator } from '../../../lib/tenancy/index.ts';
import { MemoryApiKeys } from '../../support/memory-api-keys.ts';
import { MemoryDocuments } from '../../support/memory-documents.ts';

const day = 24 * 60 * 60 * 1_000;
const wanted: NewApiKey = { projectId: 'search', name: 'service', role: 'member', scopes: ['model:invoke'] };
const isOwnerThere = async () => true;

let documents: MemoryDocuments;
let store: MemoryApiKeys;
let keys: ApiKeys;
let nowMs: number;

/** A process of its own, that knows of changes only what it reads. */
function authenticator(cacheMs = 60_000): Authenticator {
  return new Authenticator({
    store,
    pepper: async () => 'pepper',
    environment: 'test',
    cacheMs,
    now: () => nowMs,
  });
}

async function outcome(key: string, process = authenticator()): Promise<string> {
  const answer = await process.authenticate(key, '192.0.2.7');
  return answer.accepted ? 'accepted' : answer.reason;
}

beforeEach(() => {
  documents = new MemoryDocuments();
  store = new MemoryApiKeys();
  nowMs = Date.UTC(2027, 0, 1);
  keys = new ApiKeys({
    documents,
    store,
    pepper: async () => 'pepper',
    environment: 'test',
    now: () => nowMs,
  });
});

const list = async (projectId = 'search') =>
  (await keys.page('acme', projectId, { limit: 100 })).items.map(({ keyId }) => keyId);

describe('an API key', () => {
  it('works as it was described, and is listed without its secret', async () => {
    const { plaintext, record } = await keys.create(
      'acme',
      { ...wanted, allowedModels: ['small'], sourceRanges: ['192.0.2.0/24'], expiresAtMs: nowMs + 1_000 },
      isOwnerThere,
    );
    expect(plaintext).toMatch(/^oc_test_[a-z0-9]{12}_[a-z0-9]{40}$/);
    expect(await authenticator().authenticate(plaintext, '192.0.2.7')).toMatchObject({
      accepted: true,
      principal: {
        tenantId: 'acme',
        projectId: 'search',
        role: 'member',
        allowedModels: ['small'],
        permissions: new Set(['model:invoke']),
      },
    });
    expect(await authenticator().authenticate(plaintext, '198.51.100.1')).toMatchObject({
      reason: 'source-address',
    });
    expect(await list()).toEqual([record.keyId]);
    const secret = plaintext.slice(-40);
    expect(JSON.stringify([...store.records.values(), documents.writes])).not.toContain(secret);
    nowMs += 1_000;
    expect(await outcome(plaintext)).toBe('expired');
  });

  it('is not there for another tenant or project', async () => {
    const { keyId } = (await keys.create('acme', wanted, isOwnerThere)).record;
    expect(await keys.get('acme', keyId, 'search')).toMatchObject({ keyId });
    for (const attempt of [
      keys.get('globex', keyId),
      keys.get('acme', keyId, 'billing'),
      keys.get('acme', 'nonexistent0'),
      keys.revoke('globex', keyId),
      keys.revoke('acme', keyId, 'billing'),
      keys.change('globex', keyId, { scopes: [] }),
      keys.rotate('globex', keyId, { overlapMs: 0 }, isOwnerThere),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await list()).toEqual([keyId]);
  });

  it('is revoked at once where it is told, elsewhere when what is remembered ends', async () => {
    const here = authenticator();
    const elsewhere = authenticator();
    const told = new ApiKeys({
      documents,
      store,
      pepper: async () => 'pepper',
      environment: 'test',
      onChange: (keyId) => here.forget(keyId),
      now: () => nowMs,
    });
    const { plaintext, record } = await told.create('acme', wanted, isOwnerThere);
    expect([await outcome(plaintext, here), await outcome(plaintext, elsewhere)]).toEqual([
      'accepted',
      'accepted',
    ]);
    await told.revoke('acme', record.keyId);
    expect(await outcome(plaintext, here)).toBe('revoked');
    nowMs += 60_000;
    expect(await outcome(plaintext, elsewhere)).toBe('revoked');
    expect(await list()).toEqual([]);
    await expect(told.get('acme', record.keyId)).rejects.toMatchObject({ code: 'not_found' });
    await expect(told.revoke('acme', record.keyId)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('that a process died over while making it is passed over by lists, and works nowhere', async () => {
    store.writesLeft = 0;
    await expect(keys.create('acme', wanted, isOwnerThere)).rejects.toThrow('died');
    store.writesLeft = Number.POSITIVE_INFINITY;
    expect(documents.writes).toHaveLength(1);
    expect(await list()).toEqual([]);
  });

  it('that a process died over while revoking it stays revoked, and a repetition tidies up', async () => {
    const { record, plaintext } = await keys.create('acme', wanted, isOwnerThere);
    documents.writesLeft = 0;
    await expect(keys.revoke('acme', record.keyId)).rejects.toThrow('died');
    expect(await outcome(plaintext)).toBe('revoked');
    expect(await list()).toEqual([]);
    documents.writesLeft = Number.POSITIVE_INFINITY;
    await expect(keys.revoke('acme', record.keyId)).rejects.toMatchObject({ code: 'not_found' });
    expect((await documents.list('acme', 'directory')).documents).toEqual([]);
  });

  it('is changed, and keeps what is not changed', async () => {
    const { record } = await keys.create('acme', { ...wanted, allowedModels: ['small'] }, isOwnerThere);
    const changed = await keys.change('acme', record.keyId, { expiresAtMs: nowMs + 5 });
    expect(changed).toEqual({ ...record, expiresAtMs: nowMs + 5 });
    nowMs += 5;
    await expect(keys.change('acme', record.keyId, { expiresAtMs: nowMs + day })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('comes in pages in the order in which it was made, either way', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      nowMs += 1;
      ids.push((await keys.create('acme', wanted, isOwnerThere)).record.keyId);
    }
    await keys.create('acme', { ...wanted, projectId: 'search-2' }, isOwnerThere);
    for (const id of ids.splice(10, 30)) await keys.revoke('acme', id);
    for (const descending of [false, true]) {
      const seen: string[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await keys.page('acme', 'search', {
          limit: 7,
          descending,
          ...(after === undefined ? {} : { after }),
        });
        seen.push(...page.items.map(({ keyId }) => keyId));
        after = seen.at(-1);
        if (!page.hasMore) break;
        expect(page.items).toHaveLength(7);
      }
      expect(seen).toEqual(descending ? ids.toReversed() : ids);
    }
  });
});

describe('the rotation of a key', () => {
  it('gives one like it, beside which the old one works on for the overlap and not longer', async () => {
    const before = await keys.create(
      'acme',
      { ...wanted, allowedModels: ['small'], sourceRanges: ['192.0.2.0/24'], userId: 'user_1' },
      isOwnerThere,
    );
    const after = await keys.rotate('acme', before.record.keyId, { overlapMs: day }, isOwnerThere);
    const { keyId, hash, createdAtMs, ...same } = before.record;
    expect(after.record).toMatchObject(same);
    expect(after.record.keyId).not.toBe(keyId);
    expect([hash, createdAtMs]).not.toEqual([after.record.hash, 0]);
    nowMs += day - 1;
    expect([await outcome(before.plaintext), await outcome(after.plaintext)]).toEqual([
      'accepted',
      'accepted',
    ]);
    nowMs += 1;
    expect([await outcome(before.plaintext), await outcome(after.plaintext)]).toEqual([
      'expired',
      'accepted',
    ]);
    expect(await list()).toEqual([keyId, after.record.keyId].sort());
    expect(await keys.get('acme', keyId)).toMatchObject({ replacedBy: after.record.keyId });
  });

  it('without an overlap ends the old one at once', async () => {
    const before = await keys.create('acme', wanted, isOwnerThere);
    await keys.rotate('acme', before.record.keyId, { overlapMs: 0 }, isOwnerThere);
    expect(await outcome(before.plaintext)).toBe('expired');
  });

  it.each<[string, number | undefined, number | undefined, number | undefined, number]>([
    ['never ended', undefined, undefined, undefined, day],
    ['ends in a week', 7 * day, undefined, 7 * day, day],
    ['ends in an hour: the overlap does not prolong it', day / 24, undefined, day / 24, day / 24],
    ['ends in a week, the new one as wanted', 7 * day, 2 * day, 2 * day, day],
  ])('of one that %s', async (_what, lifetime, wantedEnd, newEnd, oldEnd) => {
    const { record } = await keys.create(
      'acme',
      { ...wanted, ...(lifetime === undefined ? {} : { expiresAtMs: nowMs + lifetime }) },
      isOwnerThere,
    );
    const after = await keys.rotate(
      'acme',
      record.keyId,
      { overlapMs: day, ...(wantedEnd === undefined ? {} : { expiresAtMs: nowMs + wantedEnd }) },
      isOwnerThere,
    );
    expect(after.record.expiresAtMs).toBe(newEnd === undefined ? undefined : nowMs + newEnd);
    expect((await keys.get('acme', record.keyId)).expiresAtMs).toBe(nowMs + oldEnd);
  });

  it('takes place once, of however many at the same time, and leaves no other key', async () => {
    const before = await keys.create('acme', wanted, isOwnerThere);
    const attempts = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        keys.rotate('acme', before.record.keyId, { overlapMs: day }, isOwnerThere),
      ),
    );
    const successes = attempts.filter((attempt) => attempt.status === 'fulfilled');
    expect(successes).toHaveLength(1);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject({ code: 'conflict' });
    }
    const winner = successes[0]?.value.record.keyId;
    expect(await list()).toEqual([before.record.keyId, winner].sort());
    expect((await keys.get('acme', before.record.keyId)).replacedBy).toBe(winner);
  });

  it('does not take place a second time, nor of a key that has ended', async () => {
    const { record } = await keys.create('acme', wanted, isOwnerThere);
    await keys.rotate('acme', record.keyId, { overlapMs: day }, isOwnerThere);
    const again = () => keys.rotate('acme', record.keyId, { overlapMs: day }, isOwnerThere);
    await expect(again()).rejects.toMatchObject({ code: 'conflict' });
    nowMs += day;
    await expect(again()).rejects.toMatchObject({ code: 'conflict' });
    await keys.revoke('acme', record.keyId);
    await expect(again()).rejects.toMatchObject({ code: 'not_found' });
  });

  it('never leaves nobody: where a process dies between the writes the old key works on without an end', async () => {
    const before = await keys.create('acme', wanted, isOwnerThere);
    store.writesLeft = 1;
    const rotate = () => keys.rotate('acme', before.record.keyId, { overlapMs: day }, isOwnerThere);
    await expect(rotate()).rejects.toThrow('died');
    store.writesLeft = Number.POSITIVE_INFINITY;
    expect(await keys.get('acme', before.record.keyId)).toEqual(before.record);
    expect(await outcome((await rotate()).plaintext)).toBe('accepted');
  });
});

describe('the keys of a member or service account', () => {
  it('end with it, and no others', async () => {
    const create = (userId: string | undefined, projectId: string) =>
      keys.create(
        'acme',
        { ...wanted, projectId, ...(userId === undefined ? {} : { userId }) },
        isOwnerThere,
      );
    const ada = [await create('user_1', 'search'), await create('user_1', 'billing')];
    const others = [await create('user_2', 'search'), await create(undefined, 'search')];
    await keys.revokeAllOf('acme', 'user_1');
    expect(await Promise.all(ada.map(({ plaintext }) => outcome(plaintext)))).toEqual(['revoked', 'revoked']);
    expect(await Promise.all(others.map(({ plaintext }) => outcome(plaintext)))).toEqual([
      'accepted',
      'accepted',
    ]);
  });

  it('are not made for one that is removed at the same moment', async () => {
    const attempt = keys.create('acme', { ...wanted, userId: 'user_1' }, async () => false);
    await expect(attempt).rejects.toMatchObject({ code: 'not_found' });
    expect(await list()).toEqual([]);
  });
});
