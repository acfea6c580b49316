import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../../lib/config/load-configuration.ts';
import type { AdminServices } from '../../../lib/gateway/admin/admin-services.ts';
import { limitsRoutes } from '../../../lib/gateway/admin/limits/routes.ts';
import { type LimitRule, RateLimits } from '../../../lib/policy/index.ts';
import { implicitTenant, SettingsCache, TenantSettings } from '../../../lib/tenancy/index.ts';
import { MemoryDocuments } from '../../support/memory-documents.ts';
import { MemoryRateStore } from '../../support/memory-rate-store.ts';
import { testGateway } from './support/test-gateway.ts';

const base = '/v1/openclaw/limits';

const configuration = parseConfiguration(
  {
    models: {
      chat: { targets: [{ provider: 'builtin', model: 'openclaw-extract' }] },
      'org/large': { targets: [{ provider: 'builtin', model: 'openclaw-extract' }] },
    },
    limits: { requestsPerMinute: 700, tokensPerMinute: 70_000 },
  },
  'test',
);

function setUp() {
  const documents = new MemoryDocuments();
  const store = new MemoryRateStore();
  const rateLimits = new RateLimits({
    store,
    slots: store,
    defaults: configuration.limits,
    now: () => 1_800_000_000_000,
  });
  const services = {
    configuration,
    documents,
    settings: new SettingsCache({ store: documents, cacheMs: 0 }),
    rateLimits,
    apiKeys: {
      get: async (keyId: string) => ({ mine: { tenantId: 'acme' }, theirs: { tenantId: 'other' } })[keyId],
    },
  } as unknown as AdminServices;
  const gateway = testGateway({
    route: () => Promise.reject(new Error('no model is called')),
    scopes: ['admin'],
    adminRoutes: limitsRoutes(services),
  });
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await gateway.call(path, { method, ...(body === undefined ? {} : { body }) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return {
    documents,
    rateLimits,
    send,
    client: new OpenAI({
      apiKey: gateway.apiKey,
      adminAPIKey: gateway.apiKey,
      baseURL: 'http://gateway.test/v1',
      maxRetries: 0,
      fetch: async (url, init) => {
        const { pathname, search } = new URL(String(url));
        return gateway.call(decodeURIComponent(pathname) + search, {
          method: init?.method ?? 'GET',
          ...(init?.body ? { body: JSON.parse(String(init.body)) } : {}),
        });
      },
    }),
    create: async (body: object) => {
      const created = await send('POST', base, body);
      expect(created.body).not.toHaveProperty('error');
      return created.body as Record<string, unknown> & { id: string };
    },
    rules: async () =>
      (await documents.list<LimitRule>('acme', 'settings', { prefix: 'limit#' })).documents.map(
        ({ value }) => value,
      ),
  };
}

describe('limits', () => {
  it('are made, shown, changed and removed', async () => {
    const { send, create, rules } = setUp();
    const created = await create({ level: 'key', requests_per_minute: 10, concurrent_requests: 2 });
    expect(created).toEqual({
      id: expect.stringMatching(/^limit_/),
      object: 'limit',
      level: 'key',
      subject: '*',
      model: null,
      requests_per_minute: 10,
      requests_per_day: null,
      tokens_per_minute: null,
      tokens_per_day: null,
      concurrent_requests: 2,
      version: 1,
    });
    const changes = { requests_per_minute: 20, tokens_per_day: 5_000, concurrent_requests: null };
    const changed = await send('POST', `${base}/${created.id}`, changes);
    expect(changed).toMatchObject({ status: 200, body: { ...changes, version: 2 } });
    expect(await rules()).toEqual([
      { id: created.id, level: 'key', subject: '*', requestsPerMinute: 20, tokensPerDay: 5_000, version: 2 },
    ]);
    expect(await send('DELETE', `${base}/${created.id}`)).toEqual({
      status: 200,
      body: { id: created.id, object: 'limit', deleted: true },
    });
    expect((await send('GET', `${base}/${created.id}`)).status).toBe(404);
    expect((await send('DELETE', `${base}/${created.id}`)).status).toBe(404);
    expect((await send('POST', `${base}/${created.id}`, { tokens_per_day: 1 })).status).toBe(404);
  });

  it('are listed in pages', async () => {
    const { send, create } = setUp();
    const ids: string[] = [];
    for (let i = 1; i <= 5; i += 1) ids.push((await create({ level: 'tenant', requests_per_day: i })).id);
    const first = await send('GET', `${base}?limit=3`);
    expect(first.body).toMatchObject({ object: 'list', first_id: ids[0], last_id: ids[2], has_more: true });
    const second = await send('GET', `${base}?limit=3&after=${ids[2]}`);
    expect(second.body).toMatchObject({ first_id: ids[3], last_id: ids[4], has_more: false });
  });

  it('show how they stand, of each of those they count', async () => {
    const { send, create, rules, rateLimits } = setUp();
    const { id } = await create({ level: 'key', requests_per_minute: 60, tokens_per_minute: 6_000 });
    const settings = new TenantSettings(implicitTenant('acme'), new Map([['limit', await rules()]]));
    const subject = { tenantId: 'acme', projectId: 'search', keyId: 'mine' };
    await rateLimits.take({ settings, subject, tokens: 600 });
    expect((await send('GET', `${base}/${id}`)).body.standing).toBeNull();
    expect((await send('GET', `${base}/${id}?subject=mine`)).body.standing).toEqual({
      subject: 'mine',
      requests_per_minute: { limit: 60, remaining: 59, reset_ms: 1_000 },
      requests_per_day: null,
      tokens_per_minute: { limit: 6_000, remaining: 5_400, reset_ms: 6_000 },
      tokens_per_day: null,
    });
    expect((await send('GET', `${base}/${id}?subject=other`)).body.standing).toMatchObject({
      requests_per_minute: { remaining: 60, reset_ms: 0 },
    });
  });

  it.each([
    [{ level: 'key', requests_per_minute: 0 }, 'requests_per_minute'],
    [{ level: 'key', requests_per_minute: -5 }, 'requests_per_minute'],
    [{ level: 'key', requests_per_minute: 1.5 }, 'requests_per_minute'],
    [{ level: 'key', requests_per_minute: 1e300 }, 'requests_per_minute'],
    [{ level: 'key', requests_per_minute: '10' }, 'requests_per_minute'],
    // What JSON makes of NaN, which limits nothing.
    [{ level: 'key', requests_per_minute: Number.NaN }, 'requests_per_minute'],
    [{ level: 'key', tokens_per_day: Number.MAX_SAFE_INTEGER }, 'tokens_per_day'],
    [{ level: 'key', concurrent_requests: 1_001 }, 'concurrent_requests'],
    [{ level: 'key', tokens_per_minute: true }, 'tokens_per_minute'],
    [{ level: 'key' }, 'requests_per_minute'],
    [{ level: 'planet', requests_per_day: 1 }, 'level'],
    [{ requests_per_day: 1 }, 'level'],
    [{ level: 'key', subject: '', requests_per_day: 1 }, 'subject'],
    [{ level: 'tenant', subject: 'acme', requests_per_day: 1 }, 'subject'],
    [{ level: 'key', subject: 'theirs', requests_per_day: 1 }, 'subject'],
    [{ level: 'key', subject: 'nobodys', requests_per_day: 1 }, 'subject'],
    [{ level: 'project', subject: 'unknown', requests_per_day: 1 }, 'subject'],
    [{ level: 'model', subject: 'unknown', requests_per_day: 1 }, 'subject'],
    [{ level: 'model', subject: 'constructor', requests_per_day: 1 }, 'subject'],
    [{ level: 'model', model: 'chat', requests_per_day: 1 }, 'model'],
    [{ level: 'key', model: 'unknown', requests_per_day: 1 }, 'model'],
  ])('%j is refused, and the parameter is named', async (body, param) => {
    const { send, rules } = setUp();
    const refused = await send('POST', base, body);
    expect(refused).toMatchObject({ status: 400, body: { error: { param, type: 'invalid_request_error' } } });
    expect(await rules()).toEqual([]);
  });

  it.each([
    { level: 'tenant', requests_per_minute: 1 },
    { level: 'project', subject: 'search', tokens_per_minute: 1 },
    { level: 'project', subject: 'default', model: 'org/large', tokens_per_day: 1 },
    { level: 'key', subject: 'mine', requests_per_day: 10_000_000_000_000 },
    { level: 'user', subject: 'Ann #1', concurrent_requests: 1_000 },
    { level: 'model', subject: 'org/large', requests_per_minute: 10_000_000_000 },
  ])('%j is taken', async (body) => {
    const { create } = setUp();
    expect(await create(body)).toMatchObject(body);
  });

  it('that would limit nothing any more are not changed so, but removed', async () => {
    const { send, create } = setUp();
    const { id } = await create({ level: 'key', requests_per_minute: 10 });
    expect(await send('POST', `${base}/${id}`, { requests_per_minute: null })).toMatchObject({ status: 400 });
    expect(await send('POST', `${base}/${id}`, { level: 'tenant' })).toMatchObject({ status: 400 });
  });

  it('are at most 200', async () => {
    const { send, documents } = setUp();
    for (let i = 0; i < 200; i += 1) await documents.create('acme', 'settings', `limit#limit_${i}`, {});
    expect(await send('POST', base, { level: 'key', requests_per_day: 1 })).toMatchObject({ status: 409 });
  });
});

describe("OpenAI's rate limits of a project", () => {
  it('are listed, one for each model, with what the deployment allows until they are set', async () => {
    const { client } = setUp();
    const listed = [];
    for await (const limit of client.admin.organization.projects.rateLimits.listRateLimits('search', {
      limit: 1,
    })) {
      listed.push(limit);
    }
    expect(listed).toEqual([
      {
        id: 'rl-chat',
        object: 'project.rate_limit',
        model: 'chat',
        max_requests_per_1_minute: 700,
        max_tokens_per_1_minute: 70_000,
      },
      expect.objectContaining({ id: 'rl-org/large', model: 'org/large' }),
    ]);
  });

  it('are the same limits as all others, one for a project and model', async () => {
    const { client, rules } = setUp();
    const { rateLimits } = client.admin.organization.projects;
    const update = (id: string, change: object) =>
      rateLimits.updateRateLimit(id, { project_id: 'search', ...change });
    expect(await update('rl-org/large', { max_requests_per_1_minute: 5 })).toMatchObject({
      id: 'rl-org/large',
      max_requests_per_1_minute: 5,
      max_tokens_per_1_minute: 70_000,
    });
    await update('rl-org/large', { max_tokens_per_1_minute: 900, max_requests_per_1_day: 50 });
    expect(await rules()).toEqual([
      {
        id: expect.stringMatching(/^limit_[0-9a-f]{32}$/),
        level: 'project',
        subject: 'search',
        model: 'org/large',
        requestsPerMinute: 5,
        tokensPerMinute: 900,
        requestsPerDay: 50,
        version: 2,
      },
    ]);
    const { data } = await rateLimits.listRateLimits('search');
    expect(data[1]).toMatchObject({ max_requests_per_1_minute: 5, max_requests_per_1_day: 50 });
  });

  it.each([
    ['search', 'rl-unknown', { max_requests_per_1_minute: 1 }, 404],
    ['search', 'chat', { max_requests_per_1_minute: 1 }, 404],
    ['unknown', 'rl-chat', { max_requests_per_1_minute: 1 }, 404],
    ['search', 'rl-chat', { max_requests_per_1_minute: 0 }, 400],
    ['search', 'rl-chat', { max_tokens_per_1_minute: -1 }, 400],
    ['search', 'rl-chat', { max_images_per_1_minute: 3 }, 400],
  ])('project %s, %s, %j is %i', async (project_id, id, change, status) => {
    const { client } = setUp();
    await expect(
      client.admin.organization.projects.rateLimits.updateRateLimit(id, { project_id, ...change }),
    ).rejects.toMatchObject({ status });
  });
});
