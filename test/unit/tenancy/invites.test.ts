import { beforeEach, describe, expect, it } from 'vitest';
import { Invites, inviteStatus } from '../../../lib/tenancy/invites.ts';
import { Members } from '../../../lib/tenancy/members.ts';
import { MemoryDocuments } from '../../support/memory-documents.ts';

const week = 7 * 24 * 60 * 60 * 1_000;
const ada = { email: 'ada@example.com', role: 'auditor', projects: ['search'] } as const;
const joiner = {
  email: 'Ada@Example.com',
  name: 'Ada',
  identity: { issuer: 'https://id.example.com', subject: '1' },
};

let documents: MemoryDocuments;
let members: Members;
let invites: Invites;
let nowMs: number;

beforeEach(() => {
  documents = new MemoryDocuments();
  nowMs = 1_000_000;
  members = new Members(documents, () => nowMs);
  invites = new Invites(documents, members, () => nowMs);
});

describe('an invite', () => {
  it('makes a member of who signs in with the address, once', async () => {
    const invite = await invites.create('acme', ada);
    expect(await invites.accept('globex', joiner)).toBeUndefined();
    const member = await invites.accept('acme', joiner);
    expect(member).toMatchObject({ ...ada, name: 'Ada', identity: joiner.identity });
    expect(await members.findByIdentity('acme', 'https://id.example.com', '1')).toEqual(member);
    expect(inviteStatus(await invites.get('acme', invite.id), nowMs)).toBe('accepted');
    expect(await invites.accept('acme', joiner)).toBeUndefined();
  });

  it('makes one member, of however many sign-ins at the same time', async () => {
    await invites.create('acme', ada);
    const attempts = await Promise.allSettled(
      Array.from({ length: 5 }, () => invites.accept('acme', joiner)),
    );
    const joined = attempts.filter((attempt) => attempt.status === 'fulfilled' && attempt.value);
    expect(joined).toHaveLength(1);
    expect((await members.page('acme', { limit: 10 })).items).toHaveLength(1);
  });

  it('lasts a week, after which another one can be made', async () => {
    const invite = await invites.create('acme', ada);
    nowMs += week - 1;
    expect(inviteStatus(invite, nowMs)).toBe('pending');
    await expect(invites.create('acme', ada)).rejects.toMatchObject({ code: 'already_exists' });
    nowMs += 1;
    expect(inviteStatus(invite, nowMs)).toBe('expired');
    expect(await invites.accept('acme', joiner)).toBeUndefined();
    await invites.create('acme', ada);
    expect(await invites.accept('acme', joiner)).toMatchObject({ email: 'ada@example.com' });
  });

  it('is not made for a member, and lets nobody in once it is withdrawn', async () => {
    await members.add('acme', { ...ada, name: 'Ada' });
    await expect(invites.create('acme', ada)).rejects.toMatchObject({ code: 'already_exists' });
    const { id } = await invites.create('acme', { ...ada, email: 'bob@example.com' });
    await invites.remove('acme', id);
    expect(await invites.accept('acme', { ...joiner, email: 'bob@example.com' })).toBeUndefined();
    await expect(invites.remove('acme', id)).rejects.toMatchObject({ code: 'not_found' });
  });
});
