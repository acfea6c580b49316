import { beforeEach, describe, expect, it } from 'vitest';
import { Members } from '../../../lib/tenancy/members.ts';
import { MemoryDocuments } from '../../support/memory-documents.ts';

let documents: MemoryDocuments;
let members: Members;
let nowMs: number;

const ada = { email: 'Ada@Example.com ', name: 'Ada', role: 'tenant-admin', projects: ['search'] } as const;
const bob = { email: 'bob@example.com', name: 'Bob', role: 'tenant-admin', projects: [] } as const;
const identity = { issuer: 'https://id.example.com', subject: 'ada-1' };
const byMember = { byMember: true };
const nothing = async () => undefined;

beforeEach(() => {
  documents = new MemoryDocuments();
  nowMs = 1_000;
  members = new Members(documents, () => nowMs);
});

describe('Members', () => {
  it('are found by id and by address, in any case, in their own tenant alone', async () => {
    const added = await members.add('acme', ada);
    expect(added).toEqual({ ...ada, id: added.id, email: 'ada@example.com', addedAtMs: 1_000 });
    expect(await members.findByEmail('acme', ' ADA@example.com')).toEqual(added);
    expect(await members.find('acme', added.id)).toEqual(added);
    expect(await members.find('other', added.id)).toBeUndefined();
    expect(await members.findByEmail('other', 'ada@example.com')).toBeUndefined();
    await expect(members.get('other', added.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('have an address for themselves, however many are added at once', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => members.add('acme', ada)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(attempts.find((attempt) => attempt.status === 'rejected')?.reason).toMatchObject({
      code: 'already_exists',
    });
    expect((await members.page('acme', { limit: 10 })).items).toHaveLength(1);
  });

  it('are added by a repetition where a process died between the writes', async () => {
    documents.writesLeft = 1;
    await expect(members.add('acme', ada)).rejects.toThrow('died');
    expect(await members.findByEmail('acme', ada.email)).toBeUndefined();
    documents.writesLeft = Number.POSITIVE_INFINITY;
    const added = await members.add('acme', ada);
    expect(await members.findByEmail('acme', ada.email)).toEqual(added);
  });

  it('are known by their identity once it is bound, whatever their address', async () => {
    const { id } = await members.add('acme', ada);
    const bound = await members.bindIdentity('acme', id, identity);
    expect(bound.identity).toEqual(identity);
    expect(await members.bindIdentity('acme', id, identity)).toEqual(bound);
    expect(await members.findByIdentity('acme', identity.issuer, identity.subject)).toEqual(bound);
    expect(await members.findByIdentity('acme', identity.issuer, 'eve')).toBeUndefined();
    expect(await members.findByIdentity('other', identity.issuer, identity.subject)).toBeUndefined();
  });

  it('keep one identity each, and an identity one member', async () => {
    const { id } = await members.add('acme', ada);
    await members.bindIdentity('acme', id, identity);
    await expect(members.bindIdentity('acme', id, { ...identity, subject: 'x' })).rejects.toMatchObject({
      code: 'conflict',
    });
    const other = await members.add('acme', bob);
    await expect(members.bindIdentity('acme', other.id, identity)).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('are bound by a repetition where a process died between the writes', async () => {
    const { id } = await members.add('acme', ada);
    documents.writesLeft = 1;
    await expect(members.bindIdentity('acme', id, identity)).rejects.toThrow('died');
    expect(await members.findByIdentity('acme', identity.issuer, identity.subject)).toBeUndefined();
    documents.writesLeft = Number.POSITIVE_INFINITY;
    await members.bindIdentity('acme', id, identity);
    expect((await members.findByIdentity('acme', identity.issuer, identity.subject))?.id).toBe(id);
  });

  it.each([0, 1, 2, 3, 4])(
    'are removed by a repetition where a process died after %s writes',
    async (left) => {
      const { id } = await members.add('acme', { ...ada, identity });
      const stopped: string[] = [];
      const remove = () => members.remove('acme', id, async () => void stopped.push(id), { byMember: false });
      documents.writesLeft = left;
      await remove().catch(() => undefined);
      if (left > 0) expect(await members.find('acme', id)).toBeUndefined();
      documents.writesLeft = Number.POSITIVE_INFINITY;
      if (left < 4) await remove();
      expect(stopped.length).toBeGreaterThan(0);
      expect((await members.page('acme', { limit: 10 })).items).toEqual([]);
      expect(await members.findByIdentity('acme', identity.issuer, identity.subject)).toBeUndefined();
      expect((await members.add('acme', ada)).id).not.toBe(id);
    },
  );

  it('keep their last administrator, who can neither leave nor step down', async () => {
    const { id } = await members.add('acme', ada);
    await expect(members.remove('acme', id, nothing, byMember)).rejects.toMatchObject({ code: 'conflict' });
    const stepDown = () => members.change('acme', id, (member) => ({ ...member, role: 'member' }), byMember);
    await expect(stepDown()).rejects.toMatchObject({ code: 'conflict' });
    await members.add('acme', bob);
    expect((await stepDown()).role).toBe('member');
  });

  it('keep an administrator when all of them remove each other at the same moment', async () => {
    const { id: first } = await members.add('acme', ada);
    const { id: second } = await members.add('acme', bob);
    await Promise.allSettled([
      members.remove('acme', first, nothing, byMember),
      members.remove('acme', second, nothing, byMember),
    ]);
    expect((await members.page('acme', { limit: 10 })).items.length).toBeGreaterThanOrEqual(1);
  });

  it('can lose their last administrator to a key that administers', async () => {
    const { id } = await members.add('acme', ada);
    await members.remove('acme', id, nothing, { byMember: false });
    expect(await members.find('acme', id)).toBeUndefined();
  });

  it('can leave a minute after another one died while leaving', async () => {
    const { id } = await members.add('acme', ada);
    const other = await members.add('acme', bob);
    documents.writesLeft = 2;
    await expect(members.remove('acme', other.id, nothing, byMember)).rejects.toThrow('died');
    documents.writesLeft = Number.POSITIVE_INFINITY;
    await expect(members.remove('acme', id, nothing, byMember)).rejects.toMatchObject({ code: 'conflict' });
    nowMs += 60_001;
    await members.remove('acme', id, nothing, byMember);
    expect((await members.page('acme', { limit: 10 })).items.map((member) => member.id)).toEqual([other.id]);
  });

  it('come in pages, in the order in which they were added', async () => {
    for (let index = 0; index < 7; index += 1) {
      await members.add('acme', { ...bob, email: `m${index}@example.com` });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const first = await members.page('acme', { limit: 4 });
    expect(first.hasMore).toBe(true);
    const second = await members.page('acme', { limit: 4, after: first.items.at(-1)?.id ?? '' });
    expect(second.hasMore).toBe(false);
    expect([...first.items, ...second.items].map(({ email }) => email)).toEqual(
      Array.from({ length: 7 }, (_, index) => `m${index}@example.com`),
    );
  });
});
