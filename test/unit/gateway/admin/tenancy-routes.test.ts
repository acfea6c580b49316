import { beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '../../../../lib/tenancy/index.ts';
import { Members } from '../../../../lib/tenancy/members.ts';
import { type TestPlatform, testPlatform } from '../support/test-platform.ts';

let platform: TestPlatform;
/** Of `operator`, who runs the deployment. */
let operator: string;
/** Administers `acme`. */
let admin: string;

beforeEach(async () => {
  platform = testPlatform();
  operator = (await platform.key({ tenantId: 'operator', role: 'platform-admin' })).key;
  admin = (await platform.key()).key;
});

const as = (tenantId: string) => ({ 'openai-organization': tenantId });
const chat = { model: 'openclaw-extract', messages: [{ role: 'user', content: 'Hello.' }] };

/** A key of a new tenant that calls models. */
async function tenantWithKey(id: string): Promise<string> {
  await platform.call(operator, 'POST', '/openclaw/tenants', { id });
  const created = await platform.call(
    operator,
    'POST',
    '/openclaw/projects/default/api_keys',
    { name: 'k' },
    as(id),
  );
  expect(created.status).toBe(200);
  return created.body.value;
}

describe('tenants', () => {
  it('are made, shown, listed and changed by who operates the deployment', async () => {
    const wanted = { id: 'globex', name: 'Globex', residency: { regions: ['eu-central-1'] } };
    const { status, body } = await platform.call(operator, 'POST', '/openclaw/tenants', wanted);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        ...wanted,
        object: 'openclaw.tenant',
        status: 'active',
        tier: 'pool',
        when_ledger_fails: 'closed',
        created_at: expect.closeTo(Date.now() / 1_000, -1),
        deleted_at: null,
      },
    });
    expect((await platform.call(operator, 'POST', '/openclaw/tenants', wanted)).body).toEqual(body);
    expect((await platform.call(operator, 'GET', '/openclaw/tenants/globex')).body).toEqual(body);
    expect((await platform.call(operator, 'GET', '/openclaw/tenants')).body).toEqual({
      object: 'list',
      data: [body],
      first_id: 'globex',
      last_id: 'globex',
      has_more: false,
    });
    const change = { name: 'G', residency: null, when_ledger_fails: 'open' };
    expect((await platform.call(operator, 'POST', '/openclaw/tenants/globex', change)).body).toEqual({
      ...body,
      ...change,
    });
  });

  it('are walled off only where the configuration has their wall', async () => {
    const create = (id: string, tier?: string) =>
      platform.call(operator, 'POST', '/openclaw/tenants', { id, ...(tier && { tier }) });
    expect((await create('walled')).body).toMatchObject({ tier: 'silo' });
    expect(await create('open-one', 'silo')).toMatchObject({
      status: 400,
      body: { error: { param: 'tier' } },
    });
  });

  it('are suspended and resumed, their keys at once in this process', async () => {
    const key = await tenantWithKey('globex');
    expect((await platform.call(key, 'GET', '/models')).status).toBe(200);
    await platform.call(operator, 'POST', '/openclaw/tenants/globex', { status: 'suspended' });
    expect(await platform.call(key, 'GET', '/models')).toMatchObject({
      status: 403,
      body: { error: { code: 'tenant_suspended', type: 'permission_error' } },
    });
    expect(
      (await platform.call(operator, 'GET', '/openclaw/me', undefined, as('globex'))).body,
    ).toMatchObject({
      tenant: { id: 'globex', status: 'suspended' },
    });
    await platform.call(operator, 'POST', '/openclaw/tenants/globex', { status: 'active' });
    expect((await platform.call(key, 'GET', '/models')).status).toBe(200);
  });

  it('are deleted: their keys stop, their data stays until it is purged, which is not at once', async () => {
    const key = await tenantWithKey('globex');
    const removed = await platform.call(operator, 'DELETE', '/openclaw/tenants/globex');
    expect(removed.body).toEqual({ id: 'globex', object: 'openclaw.tenant.deleted', deleted: true });
    expect(await platform.call(key, 'GET', '/models')).toMatchObject({
      status: 401,
      body: { error: { code: 'invalid_api_key' } },
    });
    expect((await platform.call(operator, 'GET', '/openclaw/tenants/globex')).body).toMatchObject({
      status: 'deleting',
      deleted_at: expect.any(Number),
    });
    expect(await platform.call(operator, 'POST', '/openclaw/tenants/globex/purge')).toMatchObject({
      status: 409,
    });
    expect(await platform.call(operator, 'DELETE', '/openclaw/tenants/operator')).toMatchObject({
      status: 409,
    });
  });

  it('and their routes are for nobody else', async () => {
    await tenantWithKey('acme');
    const auditor = (await platform.key({ role: 'auditor' })).key;
    const member = (await platform.key({ role: 'member', projectId: 'default' })).key;
    for (const key of [admin, auditor, member]) {
      for (const id of ['acme', 'nothing']) {
        for (const [method, path, body] of [
          ['POST', '', { id }],
          ['GET', '', undefined],
          ['GET', `/${id}`, undefined],
          ['POST', `/${id}`, { name: 'x' }],
          ['DELETE', `/${id}`, undefined],
          ['POST', `/${id}/purge`, undefined],
        ] as const) {
          const answer = await platform.call(key, method, `/openclaw/tenants${path}`, body);
          expect(answer).toMatchObject({
            status: 403,
            body: { error: { code: 'insufficient_permissions' } },
          });
        }
      }
    }
  });

  it.each([
    [{}, 'id'],
    [{ id: 5 }, 'id'],
    [{ id: 'A' }, 'id'],
    [{ id: 'platform' }, 'id'],
    [{ id: 'a#b' }, 'id'],
    [{ id: 'globex', name: '' }, 'name'],
    [{ id: 'globex', name: '   ' }, 'name'],
    [{ id: 'globex', name: 'two\nlines' }, 'name'],
    [{ id: 'globex', name: 'x'.repeat(129) }, 'name'],
    [{ id: 'globex', tier: 'gold' }, 'tier'],
    [{ id: 'globex', residency: { regions: [] } }, 'residency.regions'],
    [{ id: 'globex', residency: { regions: ['mars'] } }, 'residency.regions[0]'],
    [{ id: 'globex', when_ledger_fails: 'maybe' }, 'when_ledger_fails'],
    [{ id: 'globex', status: 'deleted' }, 'status'],
    [{ id: 'globex', owner: 'me' }, 'owner'],
  ])('are not made of %j', async (body, param) => {
    const answer = await platform.call(operator, 'POST', '/openclaw/tenants', body);
    expect(answer).toMatchObject({ status: 400, body: { error: { param } } });
    expect((await platform.call(operator, 'GET', '/openclaw/tenants')).body.data).toEqual([]);
  });

  it('are acted in by who operates the deployment, where there is such a tenant', async () => {
    await tenantWithKey('globex');
    const list = (tenantId: string) =>
      platform.call(operator, 'GET', '/organization/projects', undefined, as(tenantId));
    expect((await list('globex')).body.data).toHaveLength(1);
    expect(await list('nothing')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
    expect(await list('platform')).toMatchObject({ status: 404 });
  });

  it('are named by others with the same answer, whether there is such a tenant or not', async () => {
    await tenantWithKey('globex');
    const answers = await Promise.all(
      ['globex', 'nothing'].map((id) => platform.call(admin, 'GET', '/models', undefined, as(id))),
    );
    expect(answers[0]).toMatchObject({ status: 401, body: { error: { code: 'mismatched_organization' } } });
    expect(answers[1]?.body).toEqual(answers[0]?.body);
    expect((await platform.call(admin, 'GET', '/models', undefined, as('acme'))).status).toBe(200);
  });
});

describe('who I am', () => {
  it('is told to any key', async () => {
    const { key, id } = await platform.key({
      role: 'member',
      projectId: 'search',
      scopes: ['model:invoke'],
    });
    expect((await platform.call(key, 'GET', '/openclaw/me')).body).toEqual({
      object: 'openclaw.caller',
      kind: 'api-key',
      id,
      user_id: null,
      role: 'member',
      permissions: ['model:invoke'],
      allowed_models: null,
      home_tenant_id: 'acme',
      tenant: { id: 'acme', name: 'acme', status: 'active' },
      project: { id: 'search', name: 'search' },
    });
  });
});

describe('projects', () => {
  it("have settings of ours, and ids of one's choice", async () => {
    const created = await platform.call(admin, 'POST', '/openclaw/projects', { id: 'search' });
    expect(created.body).toMatchObject({
      id: 'search',
      name: 'search',
      object: 'openclaw.project',
      response_cache: null,
      data_class: null,
    });
    const change = { response_cache: { ttl_seconds: 60 }, data_class: 'personal' };
    const path = '/openclaw/projects/search';
    expect((await platform.call(admin, 'POST', path, change)).body).toMatchObject(change);
    expect((await platform.call(admin, 'GET', path)).body).toMatchObject(change);
    expect((await platform.call(admin, 'POST', path, { response_cache: null })).body).toMatchObject({
      response_cache: null,
      data_class: 'personal',
    });
    expect((await platform.call(admin, 'POST', '/openclaw/projects', { id: 'search' })).status).toBe(409);
  });

  it.each([
    [{ response_cache: { ttl_seconds: 0 } }, 'response_cache.ttl_seconds'],
    [{ response_cache: { ttl_seconds: 1.5 } }, 'response_cache.ttl_seconds'],
    [{ response_cache: { ttl_seconds: 2_592_001 } }, 'response_cache.ttl_seconds'],
    [{ response_cache: true }, 'response_cache'],
    [{ response_cache: { ttl_seconds: 1, for: 'all' } }, 'response_cache.for'],
    [{ data_class: 'Personal Data' }, 'data_class'],
    [{ unknown: 1 }, 'unknown'],
  ])('refuse the settings %j', async (body, param) => {
    const answer = await platform.call(admin, 'POST', '/openclaw/projects/default', body);
    expect(answer).toMatchObject({ status: 400, body: { error: { param } } });
  });

  it('stop their keys when they are archived, and take no new ones', async () => {
    await platform.call(admin, 'POST', '/openclaw/projects', { id: 'search' });
    const path = '/openclaw/projects/search/api_keys';
    const { body: key } = await platform.call(admin, 'POST', path, { name: 'k' });
    expect((await platform.call(key.value, 'GET', '/models')).status).toBe(200);
    await platform.call(admin, 'POST', '/organization/projects/search/archive');
    expect(await platform.call(key.value, 'GET', '/models')).toMatchObject({
      status: 401,
      body: { error: { code: 'project_archived' } },
    });
    expect((await platform.call(admin, 'POST', path, { name: 'k' })).status).toBe(409);
    expect((await platform.call(admin, 'POST', '/organization/projects/default/archive')).status).toBe(409);
  });

  it.each([
    { external_key_id: 'key' },
    { geography: 'EU' },
    { residency: 'EU_STORAGE_PROCESSING' },
    { x: 1 },
  ])('refuse what they cannot honour: %j', async (more) => {
    const answer = await platform.call(admin, 'POST', '/organization/projects', { name: 'n', ...more });
    expect(answer.status).toBe(400);
  });

  it('of another tenant are as if there were none', async () => {
    await tenantWithKey('globex');
    const created = await platform.call(
      operator,
      'POST',
      '/openclaw/projects',
      { id: 'secret' },
      as('globex'),
    );
    expect(created.status).toBe(200);
    for (const [method, path, body] of [
      ['GET', '/organization/projects/ID', undefined],
      ['POST', '/organization/projects/ID', { name: 'x' }],
      ['POST', '/organization/projects/ID/archive', undefined],
      ['GET', '/openclaw/projects/ID', undefined],
      ['POST', '/openclaw/projects/ID', {}],
      ['GET', '/organization/projects/ID/api_keys', undefined],
      ['GET', '/organization/projects/ID/service_accounts', undefined],
      ['POST', '/organization/projects/ID/service_accounts', { name: 'n' }],
      ['GET', '/organization/projects/ID/users', undefined],
      ['POST', '/openclaw/projects/ID/api_keys', { name: 'n' }],
    ] as const) {
      const [theirs, nobodys] = await Promise.all(
        ['secret', 'absent'].map((id) => platform.call(admin, method, path.replace('ID', id), body)),
      );
      expect(theirs?.status, path).toBe(404);
      expect(JSON.stringify(theirs?.body).replaceAll('secret', 'absent')).toBe(JSON.stringify(nobodys?.body));
    }
  });
});

describe('API keys', () => {
  const path = '/openclaw/projects/default/api_keys';
  const create = (body: object, key = admin) => platform.call(key, 'POST', path, { name: 'k', ...body });

  it('have all properties that a key can have, and are shown once', async () => {
    const wanted = {
      name: 'service',
      scopes: ['model:invoke'],
      expires_in_seconds: 60,
      allowed_models: ['openclaw-extract'],
      source_ranges: ['192.0.2.7', '2001:db8::/32'],
    };
    const { status, headers, body } = await platform.call(admin, 'POST', path, wanted);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    const { value, ...shown } = body;
    expect(shown).toMatchObject({
      object: 'organization.project.api_key',
      name: 'service',
      role: 'member',
      scopes: ['model:invoke'],
      allowed_models: ['openclaw-extract'],
      source_ranges: ['192.0.2.7/32', '2001:db8::/32'],
      expires_at: expect.closeTo(Date.now() / 1_000 + 60, -1),
      owner: {},
      project_id: 'default',
    });
    const again = await platform.call(
      admin,
      'GET',
      `/organization${path.slice('/openclaw'.length)}/${shown.id}`,
    );
    expect(again.body).toEqual(shown);
    expect(JSON.stringify(again.body)).not.toContain(value.slice(-40));
  });

  it('see and use the models that they are for, and others are as if there were none', async () => {
    const { value: key } = (await create({ allowed_models: ['other'] })).body;
    expect((await platform.call(key, 'GET', '/models')).body.data).toEqual([]);
    const refused = await platform.call(key, 'POST', '/chat/completions', chat);
    const unknown = await platform.call(key, 'POST', '/chat/completions', { ...chat, model: 'nothing' });
    expect(refused).toMatchObject({
      status: 404,
      body: { error: { code: 'model_not_found', param: 'model' } },
    });
    expect(JSON.stringify(refused.body).replaceAll('openclaw-extract', 'nothing')).toBe(
      JSON.stringify(unknown.body),
    );
    expect((await platform.call(key, 'GET', '/models/openclaw-extract')).status).toBe(404);
  });

  it('work from the addresses that they are for', async () => {
    // The caller's address is 192.0.2.7.
    const near = (await create({ source_ranges: ['192.0.2.0/24'] })).body.value;
    const far = (await create({ source_ranges: ['198.51.100.0/24'] })).body.value;
    expect((await platform.call(near, 'GET', '/models')).status).toBe(200);
    expect(await platform.call(far, 'GET', '/models')).toMatchObject({
      status: 401,
      body: { error: { code: 'invalid_api_key' } },
    });
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ role: 'tenant-admin' }, 'role'],
    [{ scopes: ['everything'] }, 'scopes[0]'],
    [{ scopes: ['keys:write'] }, 'scopes'],
    [{ expires_in_seconds: 0 }, 'expires_in_seconds'],
    [{ expires_in_seconds: -1 }, 'expires_in_seconds'],
    [{ expires_in_seconds: 1.5 }, 'expires_in_seconds'],
    [{ expires_in_seconds: 1e12 }, 'expires_in_seconds'],
    [{ expires_in_seconds: '60' }, 'expires_in_seconds'],
    [{ allowed_models: [] }, 'allowed_models'],
    [{ source_ranges: [] }, 'source_ranges'],
    [{ source_ranges: ['192.0.2.0/33'] }, 'source_ranges[0]'],
    [{ source_ranges: ['192.0.2.0/24', 'home'] }, 'source_ranges[1]'],
    [{ tenant_id: 'globex' }, 'tenant_id'],
    [{ userId: 'user_1' }, 'userId'],
  ])('are not made of %j', async (body, param) => {
    expect(await create(body)).toMatchObject({ status: 400, body: { error: { param } } });
  });

  it('act for somebody who is there, is in the project, and may as much', async () => {
    const members = new Members(platform.documents);
    const add = (email: string, projects: readonly string[], role: Role) =>
      members.add('acme', { email, name: 'n', projects, role });
    const inside = await add('a@example.com', ['default'], 'member');
    const outside = await add('b@example.com', [], 'member');
    const owner = await add('c@example.com', [], 'tenant-admin');
    const stranger = await members.add('globex', {
      email: 'd@example.com',
      name: 'n',
      projects: [],
      role: 'member',
    });
    expect((await create({ owner_id: inside.id })).body.owner.user.id).toBe(inside.id);
    expect((await create({ owner_id: owner.id, role: 'auditor' })).status).toBe(200);
    expect((await create({ owner_id: outside.id })).status).toBe(400);
    expect((await create({ owner_id: inside.id, role: 'auditor' })).status).toBe(400);
    expect((await create({ owner_id: stranger.id })).status).toBe(404);
    expect((await create({ owner_id: 'user_none' })).status).toBe(404);
  });

  it('are rotated: the new one is shown once, the old one works on for a day', async () => {
    const { body: old } = await create({ allowed_models: ['openclaw-extract'] });
    const { body, headers } = await platform.call(admin, 'POST', `/openclaw/api_keys/${old.id}/rotate`, {});
    const { value, replaces, ...shown } = body;
    expect(headers.get('cache-control')).toBe('no-store');
    expect(replaces).toEqual({ id: old.id, expires_at: expect.closeTo(Date.now() / 1_000 + 86_400, -1) });
    expect(shown).toMatchObject({ name: 'k', allowed_models: ['openclaw-extract'], project_id: 'default' });
    for (const key of [old.value, value]) {
      expect((await platform.call(key, 'GET', '/models')).status).toBe(200);
    }
    const again = await platform.call(admin, 'POST', `/openclaw/api_keys/${old.id}/rotate`, {});
    expect(again.status).toBe(409);
    const now = await platform.call(admin, 'POST', `/openclaw/api_keys/${shown.id}/rotate`, {
      overlap_seconds: 0,
    });
    expect((await platform.call(value, 'GET', '/models')).status).toBe(401);
    expect((await platform.call(now.body.value, 'GET', '/models')).status).toBe(200);
  });

  it.each([-1, 2_592_001, 1.5, 'a day', null])('are not rotated with an overlap of %j', async (overlap) => {
    const { body: old } = await create({});
    const answer = await platform.call(admin, 'POST', `/openclaw/api_keys/${old.id}/rotate`, {
      overlap_seconds: overlap,
    });
    expect(answer).toMatchObject({ status: 400, body: { error: { param: 'overlap_seconds' } } });
  });

  it('of another tenant are as if there were none', async () => {
    await tenantWithKey('globex');
    const { body: theirs } = await platform.call(operator, 'POST', path, { name: 'k' }, as('globex'));
    const { body: theirAdmin } = await platform.call(
      operator,
      'POST',
      '/organization/admin_api_keys',
      { name: 'k' },
      as('globex'),
    );
    for (const id of [theirs.id, theirAdmin.id]) {
      for (const [method, where, body] of [
        ['GET', '/organization/projects/default/api_keys/ID', undefined],
        ['POST', '/organization/projects/default/api_keys/ID', { expires_in_seconds: 1 }],
        ['DELETE', '/organization/projects/default/api_keys/ID', undefined],
        ['POST', '/openclaw/api_keys/ID/rotate', {}],
        ['GET', '/organization/admin_api_keys/ID', undefined],
        ['DELETE', '/organization/admin_api_keys/ID', undefined],
      ] as const) {
        const answer = await platform.call(admin, method, where.replace('ID', id), body);
        const nobodys = await platform.call(admin, method, where.replace('ID', 'absent000000'), body);
        expect(answer.status, where).toBe(404);
        expect(JSON.stringify(answer.body).replaceAll(id, 'absent000000')).toBe(JSON.stringify(nobodys.body));
      }
    }
    expect((await platform.call(theirs.value, 'GET', '/models')).status).toBe(200);
  });

  it('are not kept under an idempotency key', async () => {
    const headers = { 'idempotency-key': 'one' };
    const first = await platform.call(admin, 'POST', path, { name: 'k' }, headers);
    expect(first.status).toBe(200);
    const second = await platform.call(admin, 'POST', path, { name: 'k' }, headers);
    expect(second).toMatchObject({ status: 409, body: { error: { code: 'idempotency_answer_not_kept' } } });
    const { body } = await platform.call(admin, 'GET', '/organization/projects/default/api_keys');
    expect(body.data).toHaveLength(1);
  });
});

describe('nobody hands out, changes or takes away what it may not do itself:', () => {
  it('a key that administers', async () => {
    const create = (key: string, body: object) =>
      platform.call(key, 'POST', '/organization/admin_api_keys', { name: 'k', ...body });
    expect((await create(admin, { role: 'platform-admin' })).status).toBe(403);
    expect((await create(admin, { role: 'auditor' })).status).toBe(200);
    expect((await create(operator, { role: 'platform-admin' })).status).toBe(200);
    const limited = (await platform.key({ scopes: ['keys:write', 'keys:read'] })).key;
    expect((await create(limited, {})).status).toBe(403);
    expect((await create(limited, { scopes: ['keys:read'] })).status).toBe(200);
    expect((await create(limited, { scopes: ['keys:read', 'budgets:write'] })).status).toBe(403);
  });

  it('a key of the platform administrator in the same tenant', async () => {
    const { id } = await platform.key({ role: 'platform-admin' });
    expect((await platform.call(admin, 'POST', `/openclaw/api_keys/${id}/rotate`, {})).status).toBe(403);
    expect((await platform.call(admin, 'DELETE', `/organization/admin_api_keys/${id}`)).status).toBe(403);
  });

  it('a key of a role above its own permissions', async () => {
    const path = '/openclaw/projects/default/api_keys';
    const { body: key } = await platform.call(admin, 'POST', path, { name: 'k', role: 'auditor' });
    const limited = (await platform.key({ scopes: ['keys:write'] })).key;
    const one = `/organization/projects/default/api_keys/${key.id}`;
    expect((await platform.call(limited, 'POST', path, { name: 'k', role: 'auditor' })).status).toBe(403);
    expect((await platform.call(limited, 'DELETE', one)).status).toBe(403);
    expect((await platform.call(limited, 'POST', one, { expires_in_seconds: 1 })).status).toBe(403);
    expect((await platform.call(limited, 'POST', `/openclaw/api_keys/${key.id}/rotate`, {})).status).toBe(
      403,
    );
    expect((await platform.call(key.value, 'GET', '/models')).status).toBe(200);
    expect((await platform.call(admin, 'DELETE', one)).status).toBe(200);
  });

  it('a role', async () => {
    const members = new Members(platform.documents);
    const add = (email: string, role: Role) => members.add('acme', { email, name: 'n', projects: [], role });
    const member = await add('a@example.com', 'member');
    const above = await add('b@example.com', 'platform-admin');
    const update = (key: string, id: string, role: string) =>
      platform.call(key, 'POST', `/organization/users/${id}`, { role });
    const limited = (await platform.key({ scopes: ['members:write'] })).key;
    expect((await update(admin, member.id, 'platform-admin')).status).toBe(403);
    expect((await update(limited, member.id, 'owner')).status).toBe(403);
    expect((await update(admin, above.id, 'reader')).status).toBe(403);
    expect((await platform.call(admin, 'DELETE', `/organization/users/${above.id}`)).status).toBe(403);
    expect((await update(admin, member.id, 'auditor')).status).toBe(200);
    const invite = { email: 'c@example.com', role: 'platform-admin' };
    expect((await platform.call(admin, 'POST', '/organization/invites', invite)).status).toBe(403);
  });

  it('the last administrator', async () => {
    const members = new Members(platform.documents);
    const ada = { email: 'a@example.com', name: 'n', projects: [], role: 'tenant-admin' } as const;
    const { id } = await members.add('acme', ada);
    const own = (await platform.key({ userId: id })).key;
    expect((await platform.call(own, 'DELETE', `/organization/users/${id}`)).status).toBe(409);
    expect((await platform.call(own, 'POST', `/organization/users/${id}`, { role: 'reader' })).status).toBe(
      409,
    );
    expect((await platform.call(admin, 'DELETE', `/organization/users/${id}`)).status).toBe(200);
  });
});

describe('lists', () => {
  it.each(['limit=0', 'limit=101', 'limit=x', 'limit=1.5', `after=${'x'.repeat(129)}`, 'before=x'])(
    'refuse ?%s',
    async (query) => {
      for (const path of ['/organization/projects', '/organization/users', '/organization/admin_api_keys']) {
        expect((await platform.call(admin, 'GET', `${path}?${query}`)).status).toBe(400);
      }
    },
  );

  it('begin after any id, also one that is gone, and show nothing of beyond', async () => {
    const { body } = await platform.call(admin, 'GET', '/organization/projects?after=zzzz');
    expect(body).toEqual({ object: 'list', data: [], first_id: null, last_id: null, has_more: false });
  });
});
