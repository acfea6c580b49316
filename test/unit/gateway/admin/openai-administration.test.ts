import type OpenAI from 'openai';
import { beforeEach, describe, expect, it } from 'vitest';
import { Invites } from '../../../../lib/tenancy/invites.ts';
import { Members } from '../../../../lib/tenancy/members.ts';
import { type TestPlatform, testPlatform } from '../support/test-platform.ts';

let platform: TestPlatform;
let client: OpenAI;
let adminKey: { id: string; key: string };

beforeEach(async () => {
  platform = testPlatform();
  adminKey = await platform.key();
  client = platform.clientOf(adminKey.key);
});

async function all<Item>(page: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of page) items.push(item);
  return items;
}

const works = async (key: string) =>
  (await platform.call(key, 'GET', '/models').then(({ status }) => status)) === 200;
const aboutNow = () => expect.closeTo(Date.now() / 1_000, -1);
const missing = { status: 404, code: 'not_found' };

describe("OpenAI's client", () => {
  it('makes, shows, renames, lists and archives projects', async () => {
    const { projects } = client.admin.organization;
    const project = await projects.create({ name: 'Search' });
    expect(project).toEqual({
      id: expect.stringMatching(/^proj_/),
      object: 'organization.project',
      name: 'Search',
      status: 'active',
      created_at: aboutNow(),
      archived_at: null,
      external_key_id: null,
    });
    expect(await projects.retrieve(project.id)).toEqual(project);
    expect(await projects.update(project.id, { name: 'Find' })).toEqual({ ...project, name: 'Find' });
    const others = await Promise.all(['a', 'b', 'c', 'd'].map((name) => projects.create({ name })));
    const listed = await all(projects.list({ limit: 2 }));
    // The tenant, which nobody had described, has the project that every tenant has.
    expect(listed.map(({ id }) => id).sort()).toEqual(
      ['default', project.id, ...others.map(({ id }) => id)].sort(),
    );
    expect(await projects.archive(project.id)).toMatchObject({ status: 'archived', archived_at: aboutNow() });
    expect((await all(projects.list())).map(({ id }) => id)).not.toContain(project.id);
    expect((await all(projects.list({ include_archived: true }))).map(({ id }) => id)).toContain(project.id);
    await expect(projects.retrieve('proj_none')).rejects.toMatchObject(missing);
  });

  it('makes service accounts with keys that work, and end with them', async () => {
    const { projects } = client.admin.organization;
    const { id: project } = await projects.create({ name: 'Search' });
    const account = await projects.serviceAccounts.create(project, { name: 'crawler' });
    expect(account).toEqual({
      id: expect.stringMatching(/^svc_acct_/),
      object: 'organization.project.service_account',
      name: 'crawler',
      role: 'member',
      created_at: aboutNow(),
      api_key: {
        id: expect.any(String),
        object: 'organization.project.service_account.api_key',
        name: 'crawler',
        created_at: aboutNow(),
        expires_at: null,
        value: expect.stringMatching(/^oc_test_/),
      },
    });
    const value = account.api_key?.value ?? '';
    expect(await works(value)).toBe(true);
    const second = await projects.serviceAccounts.apiKeys.create(account.id, {
      project_id: project,
      name: 'second',
      scopes: ['model:invoke'],
      expires_in_seconds: 3_600,
    });
    expect(second).toMatchObject({
      name: 'second',
      expires_at: expect.closeTo(Date.now() / 1_000 + 3_600, -1),
    });
    const one = { project_id: project };
    expect(await projects.serviceAccounts.update(account.id, { ...one, name: 'spider' })).toMatchObject({
      name: 'spider',
    });
    expect((await all(projects.serviceAccounts.list(project))).map(({ name }) => name)).toEqual(['spider']);
    expect(await projects.serviceAccounts.delete(account.id, one)).toEqual({
      id: account.id,
      object: 'organization.project.service_account.deleted',
      deleted: true,
    });
    expect([await works(value), await works(second.value)]).toEqual([false, false]);
    await expect(projects.serviceAccounts.retrieve(account.id, one)).rejects.toMatchObject(missing);
    expect(await all(projects.apiKeys.list(project))).toEqual([]);
  });

  it('makes a service account without a key, which gets one once it is a member', async () => {
    const { serviceAccounts } = client.admin.organization.projects;
    const account = await serviceAccounts.create('default', { name: 'n', create_service_account_only: true });
    expect(account).toMatchObject({ role: 'none', api_key: null });
    const one = { project_id: 'default' };
    await expect(serviceAccounts.apiKeys.create(account.id, one)).rejects.toMatchObject({ status: 409 });
    await serviceAccounts.update(account.id, { ...one, role: 'member' });
    expect(await works((await serviceAccounts.apiKeys.create(account.id, one)).value)).toBe(true);
  });

  it('lists, changes and ends API keys, and never sees one again', async () => {
    const { projects } = client.admin.organization;
    const account = await projects.serviceAccounts.create('default', { name: 'crawler' });
    const { id = '', value = '' } = account.api_key ?? {};
    await works(value);
    const one = { project_id: 'default' };
    const key = await projects.apiKeys.retrieve(id, one);
    expect(key).toMatchObject({
      id,
      object: 'organization.project.api_key',
      name: 'crawler',
      redacted_value: `oc_test_${id}_****`,
      created_at: aboutNow(),
      last_used_at: aboutNow(),
      expires_at: null,
      owner_project_access: 'active',
      owner: {
        type: 'service_account',
        service_account: { id: account.id, name: 'crawler', role: 'member', created_at: account.created_at },
      },
    });
    const listed = await all(projects.apiKeys.list('default', { owner_project_access: 'active' }));
    expect(listed).toEqual([key]);
    expect(JSON.stringify(listed)).not.toContain(value.slice(-40));
    expect(await all(projects.apiKeys.list('default', { owner_project_access: 'inactive' }))).toEqual([]);
    const changed = await projects.apiKeys.update(id, {
      ...one,
      scopes: ['projects:read'],
      expires_in_seconds: 60,
    });
    expect(changed).toMatchObject({ scopes: ['projects:read'], expires_at: expect.any(Number) });
    expect((await platform.call(value, 'POST', '/chat/completions', chat)).status).toBe(403);
    expect(await projects.apiKeys.update(id, { ...one, scopes: [] })).toMatchObject({
      scopes: ['jobs:read', 'model:invoke', 'projects:read'],
    });
    expect(await projects.apiKeys.delete(id, one)).toEqual({
      id,
      object: 'organization.project.api_key.deleted',
      deleted: true,
    });
    expect(await works(value)).toBe(false);
    await expect(projects.apiKeys.delete(id, one)).rejects.toMatchObject(missing);
    await expect(projects.apiKeys.retrieve(id, one)).rejects.toMatchObject(missing);
  });

  it('makes, lists and ends keys that administer, but not the one it has', async () => {
    const { adminAPIKeys } = client.admin.organization;
    const created = await adminAPIKeys.create({ name: 'second', expires_in_seconds: 3_600 });
    expect(created).toMatchObject({
      object: 'organization.admin_api_key',
      name: 'second',
      redacted_value: `oc_test_${created.id}_****`,
      created_at: aboutNow(),
      expires_at: expect.any(Number),
      last_used_at: null,
      owner: { type: 'user', object: 'organization.user', role: 'owner' },
    });
    const { value, ...shown } = created;
    expect(await adminAPIKeys.retrieve(created.id)).toEqual(shown);
    // Ids sort by the millisecond.
    await new Promise((resolve) => setTimeout(resolve, 2));
    const third = await adminAPIKeys.create({ name: 'third' });
    expect((await all(adminAPIKeys.list({ order: 'desc', limit: 1 }))).map(({ name }) => name)).toEqual([
      'third',
      'second',
    ]);
    expect((await all(adminAPIKeys.list({ order: 'asc' }))).map(({ id }) => id)).toEqual([
      created.id,
      third.id,
    ]);
    const secondClient = platform.clientOf(value);
    await expect(secondClient.admin.organization.adminAPIKeys.delete(created.id)).rejects.toMatchObject({
      status: 409,
    });
    expect(await adminAPIKeys.delete(created.id)).toMatchObject({ deleted: true });
    await expect(secondClient.models.list()).rejects.toMatchObject({ status: 401 });
    // A project's key is none of them.
    const account = await client.admin.organization.projects.serviceAccounts.create('default', { name: 'n' });
    await expect(adminAPIKeys.retrieve(account.api_key?.id ?? '')).rejects.toMatchObject(missing);
  });

  it('invites people, who join by signing in', async () => {
    const { invites, users } = client.admin.organization;
    const invite = await invites.create({
      email: 'Ada@Example.com',
      role: 'owner',
      projects: [{ id: 'default', role: 'member' }],
    });
    expect(invite).toEqual({
      id: expect.stringMatching(/^invite_/),
      object: 'organization.invite',
      email: 'ada@example.com',
      role: 'owner',
      status: 'pending',
      created_at: aboutNow(),
      expires_at: expect.closeTo(Date.now() / 1_000 + 7 * 86_400, -1),
      accepted_at: null,
      projects: [{ id: 'default', role: 'member' }],
    });
    expect(await invites.retrieve(invite.id)).toEqual(invite);
    await expect(invites.create({ email: 'ada@example.com', role: 'reader' })).rejects.toMatchObject({
      status: 409,
    });
    const members = new Members(platform.documents);
    const identity = { issuer: 'https://id.example.com', subject: '1' };
    const joined = await new Invites(platform.documents, members).accept('acme', {
      email: 'ADA@example.com',
      name: 'Ada',
      identity,
    });
    expect(await all(users.list())).toEqual([
      expect.objectContaining({
        id: joined?.id,
        object: 'organization.user',
        email: 'ada@example.com',
        name: 'Ada',
        role: 'owner',
        added_at: aboutNow(),
        projects: { object: 'list', data: [{ id: 'default', name: null, role: 'owner' }] },
      }),
    ]);
    expect(await invites.retrieve(invite.id)).toMatchObject({ status: 'accepted', accepted_at: aboutNow() });
    await expect(invites.delete(invite.id)).rejects.toMatchObject({ status: 409 });
    const withdrawn = await invites.create({ email: 'bob@example.com', role: 'reader' });
    expect(await invites.delete(withdrawn.id)).toMatchObject({ deleted: true });
    expect((await all(invites.list())).map(({ id }) => id)).toEqual([invite.id]);
  });

  it('changes roles, finds users by address, removes them, and their keys end', async () => {
    const { users, projects } = client.admin.organization;
    const members = new Members(platform.documents);
    const add = (name: string) =>
      members.add('acme', { email: `${name}@example.com`, name, role: 'member', projects: ['default'] });
    const [ada, bob] = [await add('ada'), await add('bob')];
    const found = await all(users.list({ emails: ['ADA@example.com'] }));
    expect(found.map(({ id }) => id)).toEqual([ada.id]);
    expect((await all(users.list({ emails: ['ada@example.com', 'bob@example.com'] }))).length).toBe(2);
    expect(await users.update(ada.id, { role: 'owner' })).toMatchObject({ role: 'owner' });
    const { body: created } = await platform.call(
      adminKey.key,
      'POST',
      '/openclaw/projects/default/api_keys',
      {
        name: "ada's",
        role: 'auditor',
        owner_id: ada.id,
      },
    );
    const { body: plain } = await platform.call(adminKey.key, 'POST', '/openclaw/projects/default/api_keys', {
      name: "ada's",
      owner_id: ada.id,
    });
    expect(created.owner.user).toMatchObject({ id: ada.id, email: 'ada@example.com', role: 'owner' });
    await users.update(ada.id, { role: 'reader' });
    expect([await works(created.value), await works(plain.value)]).toEqual([false, true]);
    expect(await users.delete(ada.id)).toEqual({
      id: ada.id,
      object: 'organization.user.deleted',
      deleted: true,
    });
    expect(await works(plain.value)).toBe(false);
    await expect(users.retrieve(ada.id)).rejects.toMatchObject(missing);
    expect((await all(projects.users.list('default'))).map(({ id }) => id)).toEqual([bob.id]);
  });

  it('ends keys before it takes their user out of a project, so that a crash leaves none', async () => {
    const members = new Members(platform.documents);
    const ada = { email: 'ada@example.com', name: 'Ada', role: 'member', projects: ['default'] } as const;
    const { id } = await members.add('acme', ada);
    const wanted = { name: 'k', owner_id: id };
    const path = '/openclaw/projects/default/api_keys';
    const { body: key } = await platform.call(adminKey.key, 'POST', path, wanted);
    const { users } = client.admin.organization.projects;
    platform.documents.writesLeft = 1;
    await expect(users.delete(id, { project_id: 'default' })).rejects.toMatchObject({ status: 500 });
    platform.documents.writesLeft = Number.POSITIVE_INFINITY;
    expect(await works(key.value)).toBe(false);
    expect(await users.delete(id, { project_id: 'default' })).toMatchObject({ deleted: true });
  });

  it('makes no key for who is taken out of its project at the same moment', async () => {
    const members = new Members(platform.documents);
    const ada = { email: 'ada@example.com', name: 'Ada', role: 'member', projects: ['default'] } as const;
    const { id } = await members.add('acme', ada);
    const path = '/openclaw/projects/default/api_keys';
    const [made] = await Promise.all([
      platform.call(adminKey.key, 'POST', path, { name: 'k', owner_id: id }),
      client.admin.organization.projects.users.delete(id, { project_id: 'default' }),
    ]);
    if (made.status === 200) expect(await works(made.body.value)).toBe(false);
    const keys = client.admin.organization.projects.apiKeys.list('default');
    expect(await all(keys)).toEqual([]);
  });

  it('removes users for good: an invite that was left open lets nobody back in', async () => {
    const { invites, users } = client.admin.organization;
    const { id: inviteId } = await invites.create({ email: 'ada@example.com', role: 'owner' });
    const members = new Members(platform.documents);
    const ada = { email: 'ada@example.com', name: 'Ada', role: 'member', projects: [] } as const;
    const { id } = await members.add('acme', ada);
    await users.delete(id);
    await expect(invites.retrieve(inviteId)).rejects.toMatchObject(missing);
    const identity = { issuer: 'https://id.example.com', subject: '1' };
    const joiner = { email: ada.email, name: ada.name, identity };
    expect(await new Invites(platform.documents, members).accept('acme', joiner)).toBeUndefined();
  });

  it('puts users into projects and takes them out, and their keys there end', async () => {
    const { projects } = client.admin.organization;
    const members = new Members(platform.documents);
    const ada = { email: 'ada@example.com', name: 'Ada', role: 'member', projects: [] } as const;
    const { id } = await members.add('acme', ada);
    const { id: project } = await projects.create({ name: 'Search' });
    const added = await projects.users.create(project, { role: 'member', email: 'Ada@example.com' });
    expect(added).toEqual({
      id,
      object: 'organization.project.user',
      email: 'ada@example.com',
      name: 'Ada',
      role: 'member',
      added_at: aboutNow(),
    });
    expect(await projects.users.create(project, { role: 'member', user_id: id })).toEqual(added);
    const one = { project_id: project };
    expect(await projects.users.retrieve(id, one)).toEqual(added);
    expect(await projects.users.update(id, { ...one, role: 'member' })).toEqual(added);
    expect(await all(projects.users.list(project))).toEqual([added]);
    const { body: key } = await platform.call(
      adminKey.key,
      'POST',
      `/openclaw/projects/${project}/api_keys`,
      {
        name: 'k',
        owner_id: id,
      },
    );
    expect(await works(key.value)).toBe(true);
    expect(await projects.users.delete(id, one)).toMatchObject({ deleted: true });
    expect(await works(key.value)).toBe(false);
    await expect(projects.users.retrieve(id, one)).rejects.toMatchObject(missing);
    await expect(projects.users.create(project, { role: 'member' })).rejects.toMatchObject({
      code: 'missing_required_parameter',
    });
    await expect(
      projects.users.create(project, { role: 'member', email: 'nobody@example.com' }),
    ).rejects.toMatchObject(missing);
  });
});

const chat = { model: 'openclaw-extract', messages: [{ role: 'user', content: 'Hello.' }] };
