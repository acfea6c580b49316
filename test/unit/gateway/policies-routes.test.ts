import { beforeEach, describe, expect, it } from 'vitest';
import { type TestPlatform, testPlatform } from './support/test-platform.ts';

let platform: TestPlatform;
let admin: string;
let operator: string;
let member: string;

beforeEach(async () => {
  platform = testPlatform();
  admin = (await platform.key()).key;
  operator = (await platform.key({ tenantId: 'operator', role: 'platform-admin' })).key;
  const asMember = { role: 'member', scopes: ['model:invoke'], projectId: 'search' } as const;
  member = (await platform.key(asMember)).key;
});

const forbidAll = 'forbid (principal, action, resource);';
const inPlatform = { 'openai-organization': 'platform' };
const chat = { model: 'openclaw-extract', messages: [{ role: 'user', content: 'Hello' }] };
/** 500: it came as far as the model, of which there is none here. */
const reachesModel = { status: 500 };

const ask = (key = member) => platform.call(key, 'POST', '/chat/completions', chat);
const put = (body: object, key = admin, headers: Record<string, string> = {}) =>
  platform.call(key, 'POST', '/openclaw/policies', body, headers);

describe('policies', () => {
  it('are written, listed, changed and removed', async () => {
    const created = await put({ id: 'nobody', policy: forbidAll, description: 'Closed for the holidays' });
    expect(created).toMatchObject({
      status: 200,
      body: {
        id: 'nobody',
        object: 'openclaw.policy',
        description: 'Closed for the holidays',
        enabled: true,
        effect: 'forbid',
        policy: forbidAll,
        template: null,
        parameters: null,
      },
    });
    expect((await platform.call(admin, 'GET', '/openclaw/policies/nobody')).body).toEqual(created.body);
    await put({ policy: forbidAll });
    const list = await platform.call(admin, 'GET', '/openclaw/policies?limit=1');
    expect(list.body).toMatchObject({ data: [{ id: 'nobody' }], last_id: 'nobody', has_more: true });
    const rest = await platform.call(admin, 'GET', '/openclaw/policies?after=nobody');
    expect(rest.body).toMatchObject({ data: [{ id: expect.stringMatching(/^policy_/) }], has_more: false });
    const changed = await platform.call(admin, 'POST', '/openclaw/policies/nobody', { enabled: false });
    expect(changed.body).toMatchObject({
      enabled: false,
      description: 'Closed for the holidays',
      policy: forbidAll,
    });
    const removed = await platform.call(admin, 'DELETE', '/openclaw/policies/nobody');
    expect(removed.body).toEqual({ id: 'nobody', object: 'openclaw.policy.deleted', deleted: true });
    expect((await platform.call(admin, 'GET', '/openclaw/policies/nobody')).status).toBe(404);
    expect((await platform.call(admin, 'DELETE', '/openclaw/policies/nobody')).status).toBe(404);
    expect((await platform.call(admin, 'POST', '/openclaw/policies/nobody', {})).status).toBe(404);
  });

  it('are made from templates, whose values stay known until a text takes their place', async () => {
    const parameters = { roles: ['tenant-admin'] };
    const made = await put({ id: 'tuners', template: 'roles-may-tune', parameters });
    expect(made.body).toMatchObject({ template: 'roles-may-tune', parameters, effect: 'forbid' });
    expect(made.body.policy).toContain('OpenClaw::Role::"tenant-admin"');
    const renamed = await platform.call(admin, 'POST', '/openclaw/policies/tuners', { description: 'x' });
    expect(renamed.body).toMatchObject({ template: 'roles-may-tune', description: 'x' });
    const rewritten = await platform.call(admin, 'POST', '/openclaw/policies/tuners', { policy: forbidAll });
    expect(rewritten.body).toMatchObject({ template: null, parameters: null, policy: forbidAll });
  });

  it.each<[string, object, object]>([
    ['without a text', {}, { code: 'missing_required_parameter', param: 'policy' }],
    [
      'with a text and a template',
      { policy: forbidAll, template: 'roles-may-tune' },
      { code: 'invalid_value' },
    ],
    ['with values and no template', { policy: forbidAll, parameters: {} }, { param: 'parameters' }],
    ['of no template', { template: 'nothing' }, { param: 'template' }],
    [
      'with a wrong value',
      { template: 'roles-may-tune', parameters: { roles: ['king'] } },
      { param: 'parameters.roles' },
    ],
    ['with an id that is none', { id: 'No Id', policy: forbidAll }, { param: 'id' }],
    ['with a slash in its id', { id: 'platform/x', policy: forbidAll }, { param: 'id' }],
    [
      'with a description of several lines',
      { policy: forbidAll, description: 'a\nb' },
      { param: 'description' },
    ],
    ['with what is not known', { policy: forbidAll, effect: 'permit' }, { code: 'unsupported_parameter' }],
    [
      'that are not valid',
      { policy: 'forbid (\n  principal == OpenClaw::ApiKeys::"a",\n  action, resource);' },
      {
        code: 'invalid_policy',
        param: 'policy',
        message: expect.stringMatching(/line 2, column 16: unrecognized entity type.*did you mean/),
      },
    ],
  ])('%s are refused', async (_what, body, error) => {
    expect(await put(body)).toMatchObject({ status: 400, body: { error } });
    expect((await platform.call(admin, 'GET', '/openclaw/policies')).body.data).toEqual([]);
  });

  it('keep what they were when a change is not valid', async () => {
    await put({ id: 'a', policy: forbidAll });
    const changed = await platform.call(admin, 'POST', '/openclaw/policies/a', { policy: 'forbid(' });
    expect(changed).toMatchObject({ status: 400, body: { error: { code: 'invalid_policy' } } });
    expect((await platform.call(admin, 'GET', '/openclaw/policies/a')).body.policy).toBe(forbidAll);
  });

  it('have ids of their own', async () => {
    await put({ id: 'a', policy: forbidAll });
    expect(await put({ id: 'a', policy: forbidAll })).toMatchObject({
      status: 409,
      body: { error: { param: 'id' } },
    });
  });

  it('are at most 200, also where several are written at once', async () => {
    for (let index = 0; index < 198; index += 1) await put({ id: `p${index}`, policy: forbidAll });
    const statuses = (await Promise.all(['x', 'y', 'z'].map((id) => put({ id, policy: forbidAll })))).map(
      ({ status }) => status,
    );
    expect(statuses).toContain(409);
    const kept: string[] = [];
    let after = '';
    for (let page = 0; page < 3; page += 1) {
      const query = `limit=100${after === '' ? '' : `&after=${after}`}`;
      const { body } = await platform.call(admin, 'GET', `/openclaw/policies?${query}`);
      kept.push(...body.data.map(({ id }: { id: string }) => id));
      after = body.last_id ?? after;
    }
    expect(new Set(kept).size).toBeLessThanOrEqual(200);
    expect((await platform.call(admin, 'POST', '/openclaw/policies/p0', { enabled: false })).status).toBe(
      200,
    );
  });

  it('have at most 200,000 bytes together', async () => {
    const long = `// ${'x'.repeat(9_900)}\n${forbidAll}`;
    for (let index = 0; index < 20; index += 1)
      expect((await put({ id: `p${index}`, policy: long })).status).toBe(200);
    expect(await put({ id: 'last', policy: long })).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('200000 bytes') } },
    });
  });
});

describe('a policy that forbids everything', () => {
  it('refuses models, and its administrator can still repair it', async () => {
    expect(await ask()).toMatchObject(reachesModel);
    await put({ id: 'nobody', policy: forbidAll, description: 'Closed' });
    expect(await ask()).toMatchObject({
      status: 403,
      body: {
        error: {
          type: 'permission_error',
          code: 'policy_denied',
          param: 'model',
          message: expect.stringContaining("'nobody' (Closed)"),
        },
      },
    });
    expect((await platform.call(member, 'GET', '/models')).status).toBe(200);
    expect((await platform.call(admin, 'GET', '/organization/projects')).status).toBe(200);
    expect((await platform.call(admin, 'POST', '/openclaw/policies/nobody', { enabled: false })).status).toBe(
      200,
    );
    expect(await ask()).toMatchObject(reachesModel);
    await platform.call(admin, 'POST', '/openclaw/policies/nobody', { enabled: true });
    expect((await ask()).status).toBe(403);
    expect((await platform.call(admin, 'DELETE', '/openclaw/policies/nobody')).status).toBe(200);
    expect(await ask()).toMatchObject(reachesModel);
  });

  it('of one tenant is nothing to another', async () => {
    const other = await platform.key({ tenantId: 'globex', role: 'tenant-admin' });
    await put({ id: 'nobody', policy: forbidAll }, other.key);
    expect(await ask()).toMatchObject(reachesModel);
    expect((await platform.call(admin, 'GET', '/openclaw/policies/nobody')).status).toBe(404);
  });
});

describe("the platform's policies", () => {
  it('hold for every tenant, which cannot lift or see them', async () => {
    const guardrail = { id: 'closed', policy: forbidAll, description: 'Maintenance' };
    expect((await put(guardrail, operator, inPlatform)).status).toBe(200);
    await put({ id: 'all', policy: 'permit (principal, action, resource);' });
    expect(await ask()).toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining("'platform/closed' (Maintenance)") } },
    });
    expect((await platform.call(admin, 'GET', '/openclaw/policies/closed')).status).toBe(404);
    expect((await platform.call(admin, 'GET', '/openclaw/policies')).body.data).toHaveLength(1);
    expect(
      (await platform.call(operator, 'DELETE', '/openclaw/policies/closed', undefined, inPlatform)).status,
    ).toBe(200);
    expect(await ask()).toMatchObject(reachesModel);
  });

  it('only forbid', async () => {
    const permit = { policy: 'permit (principal, action, resource);' };
    expect(await put(permit, operator, inPlatform)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('can only forbid') } },
    });
  });

  it('are for who operates the platform', async () => {
    expect((await put({ policy: forbidAll }, admin, inPlatform)).status).toBe(401);
    const { body } = await platform.call(operator, 'GET', '/openclaw/policies', undefined, inPlatform);
    expect(body.data).toEqual([]);
  });

  it('do not make a tenant of it', async () => {
    await put({ id: 'closed', policy: forbidAll }, operator, inPlatform);
    const { body } = await platform.call(operator, 'GET', '/openclaw/tenants');
    expect(body.data.map(({ id }: { id: string }) => id)).not.toContain('platform');
    const projects = await platform.call(operator, 'GET', '/organization/projects', undefined, inPlatform);
    expect(projects.status).toBe(404);
  });
});

describe('trying out', () => {
  it('tells what is wrong with a policy and stores nothing', async () => {
    const policy =
      'forbid (principal, action == OpenClaw::Action::"tune", resource) when { context.region == "x" };';
    const { body } = await platform.call(admin, 'POST', '/openclaw/policies/validate', { policy });
    expect(body).toMatchObject({
      valid: false,
      policy,
      errors: [{ start: { line: 1, column: 73 }, help: expect.any(String), end: { line: 1 } }],
    });
    const parameters = { data_class: 'personal', regions: ['eu-central-1'] };
    const template = { template: 'data-class-stays-in-regions', parameters };
    expect((await platform.call(admin, 'POST', '/openclaw/policies/validate', template)).body).toMatchObject({
      valid: true,
      policy: expect.stringContaining('eu-central-1'),
      errors: [],
    });
    expect((await platform.call(admin, 'GET', '/openclaw/policies')).body.data).toEqual([]);
  });

  it('tells what would be decided, as everything is now', async () => {
    const parameters = { project: 'search', models: ['gpt-5'] };
    const wanted = { action: 'invokeModel', model: 'openclaw-extract', who: { project: 'search' } };
    const decide = (body: object) => platform.call(admin, 'POST', '/openclaw/policies/decide', body);
    expect((await decide(wanted)).body).toMatchObject({
      object: 'openclaw.policy_decision',
      decision: 'allow',
      code: null,
      policy_ids: [],
      targets: [{ provider: 'builtin', regions: ['eu-central-1'], decision: 'allow' }],
    });
    await put({ id: 'search', template: 'project-may-use-models', parameters, description: 'Only the best' });
    expect((await decide(wanted)).body).toMatchObject({
      decision: 'deny',
      code: 'policy_denied',
      policy_ids: ['search'],
      reasons: [{ policy_id: 'search', description: 'Only the best' }],
    });
    expect((await decide({ ...wanted, who: { project: 'other' } })).body.decision).toBe('allow');
  });

  it.each<[object, number, string | null]>([
    [{ action: 'invokeModel', who: {} }, 400, 'model'],
    [{ action: 'invokeModel', who: {}, model: 'openclaw-extract', vector_store: 'v' }, 400, 'vector_store'],
    [{ action: 'readDocuments', who: {} }, 400, 'vector_store'],
    [{ action: 'readDocuments', who: {}, vector_store: 'v', model: 'm' }, 400, 'model'],
    [{ action: 'invokeModel', who: {}, model: 'nothing' }, 404, 'model'],
    [{ action: 'delete', who: {}, model: 'x' }, 400, 'action'],
    [{ action: 'tune', who: { role: 'king' }, model: 'x' }, 400, 'who.role'],
    [{ action: 'tune', who: {}, model: 'x', context: { source_ip: 'home' } }, 400, 'context.source_ip'],
    [{ action: 'tune', who: {}, model: 'x', context: { time: 'noon' } }, 400, 'context.time'],
    [{ action: 'tune', who: {}, model: 'x', context: { max_tokens: 1.5 } }, 400, 'context.max_tokens'],
    [{ action: 'tune', who: {}, model: 'x', context: { max_tokens: -1 } }, 400, 'context.max_tokens'],
  ])('of %j is refused', async (body, status, param) => {
    expect(await platform.call(admin, 'POST', '/openclaw/policies/decide', body)).toMatchObject({
      status,
      body: { error: { param } },
    });
  });

  it('lists the templates, page by page', async () => {
    const all = (await platform.call(admin, 'GET', '/openclaw/policy_templates')).body;
    expect(all.data.length).toBeGreaterThanOrEqual(3);
    expect(all.data[0]).toMatchObject({
      object: 'openclaw.policy_template',
      parameters: [{ name: 'project', list: false }, { list: true }],
    });
    const [first] = all.data;
    const rest = await platform.call(admin, 'GET', `/openclaw/policy_templates?after=${first.id}&limit=100`);
    expect(rest.body.data).toEqual(all.data.slice(1));
  });

  it('is for who may read policies', async () => {
    const auditor = (await platform.key({ role: 'auditor' })).key;
    const policy = { policy: forbidAll };
    expect((await platform.call(auditor, 'POST', '/openclaw/policies/validate', policy)).status).toBe(200);
    expect((await put(policy, auditor)).status).toBe(403);
    expect((await platform.call(member, 'POST', '/openclaw/policies/validate', policy)).status).toBe(403);
    expect((await platform.call(member, 'GET', '/openclaw/policies')).status).toBe(403);
  });
});
