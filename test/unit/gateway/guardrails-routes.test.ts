import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { configurationSchema } from '../../../lib/config/schema.ts';
import type { AdminServices } from '../../../lib/gateway/admin/admin-services.ts';
import { guardrailsRoutes } from '../../../lib/gateway/admin/guardrails/routes.ts';
import { Records } from '../../../lib/gateway/steps/records.ts';
import { UpstreamError } from '../../../lib/plugin/index.ts';
import { createGuardrail, type GuardrailServices, Guardrails } from '../../../lib/policy/index.ts';
import { type Scope, SettingsCache } from '../../../lib/tenancy/index.ts';
import { MemoryApiKeys } from '../../support/memory-api-keys.ts';
import { MemoryDocuments } from '../../support/memory-documents.ts';
import { testGateway } from './support/test-gateway.ts';

const configuration = configurationSchema.parse({
  environment: 'test',
  providers: {
    builtin: { kind: 'openclaw-extract' },
    openai: { kind: 'openai', apiKeys: ['OPENAI_KEY'] },
    unused: { kind: 'openai', apiKeys: ['OTHER_KEY'] },
  },
  models: {
    chat: { targets: [{ provider: 'openai', model: 'gpt' }] },
    embed: { targets: [{ provider: 'openai', model: 'e' }], operations: ['embeddings'] },
  },
  bedrockGuardrails: { strict: { id: 'abc' } },
});

interface PlatformOptions {
  readonly withOpenAi?: boolean;
  readonly moderate?: GuardrailServices['moderate'];
}

/** A tenant's gateway, for its administrator and for its programs. */
function platform({ withOpenAi = true, moderate }: PlatformOptions = {}) {
  const documents = new MemoryDocuments();
  const settings = new SettingsCache({ store: documents, cacheMs: 60_000 });
  const guardrailServices: GuardrailServices = {
    moderate: moderate ?? (() => Promise.reject(new Error('not expected'))),
    applyGuardrail: () => Promise.reject(new Error('not expected')),
  };
  const guardrails = new Guardrails((setting) => createGuardrail(setting, guardrailServices));
  const records: Record<string, unknown>[] = [];
  const routes = guardrailsRoutes({
    configuration: withOpenAi
      ? configuration
      : { ...configuration, providers: { builtin: configuration.providers.builtin } },
    documents,
    apiKeys: new MemoryApiKeys(),
    pepper: async () => 'pepper',
    authenticator: { forget: () => undefined },
    settings,
    guardrails,
    guardrailServices,
    records: new Records({
      put: async (_tenantId, _requestId, phase, record) => {
        records.push({ phase, ...(record as object) });
      },
    }),
  } as unknown as AdminServices);
  const gatewayFor = (...scopes: readonly Scope[]) =>
    testGateway({
      route: () => Promise.reject(new Error('a model is called')),
      scopes,
      services: { settings, guardrails },
      adminRoutes: routes,
    });
  const administration = gatewayFor('admin');
  const program = gatewayFor('model:invoke');
  const caller =
    (gateway: typeof program) => async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => {
      const response = await gateway.call(`/v1${path}`, { method, ...(body === undefined ? {} : { body }) });
      // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer, it asserts.
      return { status: response.status, body: (await response.json()) as any };
    };
  return {
    records,
    program,
    /** As the tenant's administrator. */
    call: caller(administration),
    /** As one of its programs. */
    invoke: caller(program),
    client: new OpenAI({
      apiKey: program.apiKey,
      baseURL: 'http://gateway.test/v1',
      maxRetries: 0,
      fetch: async (url, init) =>
        program.call(new URL(String(url)).pathname, { method: 'POST', body: JSON.parse(String(init?.body)) }),
    }),
  };
}

const base = '/openclaw/guardrails';
const pii = { id: 'pii', kind: 'pii', options: { phone_countries: ['DE'], restore: true } };
const asking = (content: string) => ({ model: 'chat', messages: [{ role: 'user', content }] });
const disallowed = 'How do I kill my neighbour?';

describe('guardrails', () => {
  it('are set, listed, changed and removed', async () => {
    const { call } = platform();
    const created = await call('POST', base, pii);
    expect(created).toEqual({
      status: 200,
      body: {
        id: 'pii',
        object: 'openclaw.guardrail',
        kind: 'pii',
        enabled: true,
        stages: ['input', 'output'],
        actions: {},
        timeout_ms: 2_000,
        on_failure: 'closed',
        projects: null,
        models: null,
        roles: null,
        options: { phone_countries: ['DE'], restore: true },
        version: 1,
        created_at: expect.any(Number),
        updated_at: expect.any(Number),
      },
    });
    expect((await call('GET', `${base}/pii`)).body).toEqual(created.body);
    await call('POST', base, { kind: 'rules', options: { words: [{ word: 'falcon' }] } });
    const page = await call('GET', `${base}?limit=1`);
    expect(page.body).toMatchObject({ data: [{ kind: 'rules' }], has_more: true });
    const rest = await call('GET', `${base}?after=${page.body.last_id}`);
    expect(rest.body).toMatchObject({ data: [{ id: 'pii' }], has_more: false });
    const changed = await call('POST', `${base}/pii`, {
      actions: { email: 'block', '*': 'redact' },
      on_failure: 'open',
      projects: ['search'],
    });
    expect(changed.body).toMatchObject({
      version: 2,
      actions: { email: 'block', '*': 'redact' },
      on_failure: 'open',
      projects: ['search'],
      options: { phone_countries: ['DE'], restore: true },
    });
    expect((await call('POST', `${base}/pii`, { projects: null })).body.projects).toBeNull();
    expect((await call('DELETE', `${base}/pii`)).body).toMatchObject({ id: 'pii', deleted: true });
    expect((await call('GET', `${base}/pii`)).status).toBe(404);
    expect((await call('DELETE', `${base}/pii`)).status).toBe(404);
  });

  it('work for the next request, and are gone with the next after their removal', async () => {
    const { call, invoke } = platform();
    // 500: it came as far as the model, of which there is none here.
    expect((await invoke('POST', '/chat/completions', asking('about falcon'))).status).toBe(500);
    await call('POST', base, { id: 'words', kind: 'rules', options: { words: [{ word: 'falcon' }] } });
    expect(await invoke('POST', '/chat/completions', asking('about falcon'))).toMatchObject({
      status: 400,
      body: {
        error: {
          type: 'invalid_request_error',
          code: 'content_filter',
          message: expect.stringContaining("'words' for 'word'"),
        },
      },
    });
    await call('DELETE', `${base}/words`);
    expect((await invoke('POST', '/chat/completions', asking('about falcon'))).status).toBe(500);
  });

  it('are for administrators', async () => {
    const { invoke } = platform();
    for (const [method, path] of [
      ['GET', base],
      ['GET', '/openclaw/moderation_settings'],
      ['DELETE', `${base}/pii`],
    ] as const) {
      expect((await invoke(method, path)).status).toBe(403);
    }
    expect((await invoke('POST', base, pii)).status).toBe(403);
    expect((await invoke('POST', `${base}/test`, { text: 'x' })).status).toBe(403);
  });

  const rules = (options: object) => ({ kind: 'rules', options });
  it.each([
    ['an unknown kind', { kind: 'magic' }, 'kind'],
    ['an unknown key', { ...pii, colour: 'red' }, null],
    ['an id that is a route', { ...pii, id: 'test' }, 'id'],
    ['an id with capitals', { ...pii, id: 'PII' }, 'id'],
    ['no stage', { ...pii, stages: [] }, 'stages'],
    ['an unknown stage', { ...pii, stages: ['before'] }, 'stages[0]'],
    ['an unknown action', { ...pii, actions: { email: 'shout' } }, 'actions.email'],
    ['a category that the kind lacks', { ...pii, actions: { mood: 'block' } }, 'actions'],
    ['a redaction of a whole text', { kind: 'builtin-moderation', actions: { hate: 'redact' } }, 'actions'],
    ['too short a time', { ...pii, timeout_ms: 1 }, 'timeout_ms'],
    ['too long a time', { ...pii, timeout_ms: 1e9 }, 'timeout_ms'],
    ['a fractional time', { ...pii, timeout_ms: 99.5 }, 'timeout_ms'],
    ['an unknown model', { ...pii, models: ['nope'] }, 'models'],
    ['an unknown option', { kind: 'pii', options: { colour: 1 } }, 'options.colour'],
    ['an unknown entity', { kind: 'pii', options: { entities: ['name'] } }, 'options.entities[0]'],
    [
      'a country that is none',
      { kind: 'pii', options: { phone_countries: ['QQ'] } },
      'options.phone_countries',
    ],
    ['an empty word', rules({ words: [{ word: ' \u200b' }] }), 'options.words[0].word'],
    ['too many patterns', rules({ patterns: Array(51).fill({ pattern: 'x' }) }), 'options.patterns'],
    ['a pattern that does not compile', rules({ patterns: [{ pattern: 'a(' }] }), 'options.patterns'],
    ['a pattern that matches nothing', rules({ patterns: [{ pattern: 'a*' }] }), 'options.patterns'],
    [
      'too large a pattern',
      rules({ patterns: [{ pattern: 'x'.repeat(501) }] }),
      'options.patterns[0].pattern',
    ],
    ['no provider', { kind: 'openai-moderation' }, 'options.provider'],
    [
      'a provider that no model uses',
      { kind: 'openai-moderation', options: { provider: 'unused' } },
      'options.provider',
    ],
    [
      'a provider of another kind',
      { kind: 'openai-moderation', options: { provider: 'builtin' } },
      'options.provider',
    ],
    ['an unknown guardrail', { kind: 'bedrock-guardrail', options: { guardrail: 'x' } }, 'options.guardrail'],
    ['a judge without a model', { kind: 'judge', options: { categories: { a: 'b' } } }, 'options.model'],
    [
      'a judge that cannot talk',
      { kind: 'judge', options: { model: 'embed', categories: { a: 'b' } } },
      'options.model',
    ],
    [
      'a judge of nothing',
      { kind: 'judge', options: { model: 'chat', categories: {} } },
      'options.categories',
    ],
  ])('are refused with %s', async (_name, body, param) => {
    const { call } = platform();
    const refused = await call('POST', base, body);
    expect(refused).toMatchObject({ status: 400, body: { error: { type: 'invalid_request_error' } } });
    if (param !== null) expect(refused.body.error.param).toBe(param);
    expect((await call('GET', base)).body.data).toEqual([]);
  });

  it('tell where a pattern is wrong', async () => {
    const { body } = await platform().call('POST', base, rules({ patterns: [{ pattern: 'ab[z-a]' }] }));
    expect(body.error.message).toContain('at character 3');
  });

  it.each([
    ['OpenAI', { kind: 'openai-moderation', options: { provider: 'openai' } }],
    ['Bedrock', { kind: 'bedrock-guardrail', options: { guardrail: 'strict' } }],
    ['a judge', { kind: 'judge', options: { model: 'chat', categories: { medical: 'a diagnosis' } } }],
    ['the moderation that is built in', { kind: 'builtin-moderation', stages: ['output'] }],
  ])('ask %s', async (_name, body) => {
    expect((await platform().call('POST', base, body)).status).toBe(200);
  });

  it('are at most twenty of a tenant, and have unique ids', async () => {
    const { call } = platform();
    for (let index = 0; index < 20; index += 1) {
      expect((await call('POST', base, { ...pii, id: `pii-${index}` })).status).toBe(200);
    }
    expect((await call('POST', base, { ...pii, id: 'one-more' })).status).toBe(409);
    await call('DELETE', `${base}/pii-7`);
    expect((await call('POST', base, { ...pii, id: 'pii-1' })).status).toBe(409);
    expect((await call('POST', base, { ...pii, id: 'pii-7' })).status).toBe(200);
  });

  it('cannot be changed into what could not be set', async () => {
    const { call } = platform();
    await call('POST', base, { id: 'words', kind: 'rules', options: { words: [{ word: 'a' }] } });
    const refused = await call('POST', `${base}/words`, { options: { patterns: [{ pattern: '(' }] } });
    expect(refused.status).toBe(400);
    expect((await call('GET', `${base}/words`)).body).toMatchObject({ version: 1 });
  });
});

describe('a trial', () => {
  it('tells the verdict, the findings and the text as it would go on', async () => {
    const { call } = platform();
    const tried = await call('POST', `${base}/test`, {
      text: 'Write to anna@example.com',
      guardrail: { ...pii, actions: { phone: 'block' } },
    });
    expect(tried).toEqual({
      status: 200,
      body: {
        object: 'openclaw.guardrail_test',
        verdict: 'redact',
        findings: [{ guardrail_id: 'pii', category: 'email', verdict: 'redact', count: 1, score: null }],
        runs: [{ guardrail_id: 'pii', status: 'checked', duration_ms: expect.any(Number) }],
        text: 'Write to [EMAIL_1]',
      },
    });
    expect((await call('GET', base)).body.data).toEqual([]);
  });

  it('asks all that are on where none is named, or those that are', async () => {
    const { call } = platform();
    await call('POST', base, pii);
    const all = await call('POST', `${base}/test`, { text: disallowed });
    expect(all.body).toMatchObject({
      verdict: 'hold',
      runs: [{ guardrail_id: 'default-moderation' }, { guardrail_id: 'pii' }],
    });
    const one = await call('POST', `${base}/test`, { text: disallowed, guardrail_ids: ['pii'] });
    expect(one.body).toMatchObject({ verdict: 'allow', findings: [] });
    expect((await call('POST', `${base}/test`, { text: 'x', guardrail_ids: ['nope'] })).status).toBe(404);
  });

  it('says so where a guardrail could not check', async () => {
    const { call } = platform();
    const guardrail = { id: 'omni', kind: 'openai-moderation', options: { provider: 'openai' } };
    const tried = await call('POST', `${base}/test`, { text: 'x', guardrail });
    expect(tried.body).toMatchObject({
      verdict: 'block',
      findings: [{ category: 'unchecked' }],
      runs: [{ status: 'failed' }],
    });
  });
});

describe('the moderation that is on by default', () => {
  const path = '/openclaw/moderation_settings';

  it('is shown as it works', async () => {
    expect((await platform().call('GET', path)).body).toMatchObject({
      object: 'openclaw.moderation_settings',
      enabled: true,
      actions: { 'illicit/violent': 'hold', 'self-harm/intent': 'allow', sexual: 'allow', '*': 'allow' },
      version: 0,
      updated_at: null,
    });
  });

  it('puts a disallowed request into the queue until the tenant wants otherwise', async () => {
    const { call, invoke } = platform();
    const ask = async () => (await invoke('POST', '/chat/completions', asking(disallowed))).status;
    expect(await ask()).toBe(202);
    await call('POST', path, { actions: { 'illicit/violent': 'block' } });
    expect(await ask()).toBe(400);
    await call('POST', path, { actions: { 'illicit/violent': null } });
    expect(await ask()).toBe(202);
    const off = await call('POST', path, { enabled: false });
    expect(off.body).toMatchObject({ enabled: false, version: 3 });
    expect(await ask()).toBe(500);
  });

  it.each([
    [{ actions: { nonsense: 'hold' } }],
    [{ actions: { hate: 'redact' } }],
    [{ actions: { hate: 'shout' } }],
    [{ enabled: 'no' }],
    [{ colour: 'red' }],
  ])('is not changed to %j', async (body) => {
    expect((await platform().call('POST', path, body)).status).toBe(400);
  });
});

describe('POST /v1/moderations', () => {
  it("answers OpenAI's client: one text, several, and the parts of one", async () => {
    const { client } = platform({ withOpenAi: false });
    const one = await client.moderations.create({ input: disallowed });
    expect(one).toMatchObject({
      id: expect.stringMatching(/^modr-/),
      model: 'openclaw-moderation',
      results: [
        {
          flagged: true,
          categories: { 'illicit/violent': true, violence: true, hate: false, 'sexual/minors': false },
          category_scores: { 'illicit/violent': 0.95, hate: 0 },
          category_applied_input_types: { hate: ['text'] },
        },
      ],
    });
    expect(Object.keys(one.results[0]?.categories ?? {})).toHaveLength(13);
    const several = await client.moderations.create({ input: ['hello', disallowed] });
    expect(several.results.map(({ flagged }) => flagged)).toEqual([false, true]);
    const parts = await client.moderations.create({
      model: 'openclaw-moderation',
      input: [
        { type: 'text', text: 'hello' },
        { type: 'text', text: disallowed },
      ],
    });
    expect(parts.results.map(({ flagged }) => flagged)).toEqual([true]);
  });

  it('is recorded as a use of a model, without the text', async () => {
    const { client, records, program } = platform();
    await client.moderations.create({ input: disallowed, model: 'openclaw-moderation' });
    await program.settled();
    expect(records).toMatchObject([
      {
        phase: 'outcome',
        route: 'POST /v1/moderations',
        operation: 'moderations',
        model: 'openclaw-moderation',
        status: 200,
        costMicroUsd: 0,
      },
    ]);
    expect(JSON.stringify(records)).not.toContain('neighbour');
  });

  it('asks the provider where the deployment has one, and records the intent before', async () => {
    const result = { flagged: false, categories: { hate: false }, category_scores: { hate: 0.1 } };
    const asked: unknown[] = [];
    const { client, records, program } = platform({
      moderate: async (provider, body) => {
        asked.push([provider, body, records.map(({ phase }) => phase)]);
        return { id: 'modr-1', model: 'omni-moderation-latest', results: [result] };
      },
    });
    const image = { type: 'image_url' as const, image_url: { url: 'https://example.com/a.png' } };
    const answer = await client.moderations.create({ input: [image] });
    expect(answer).toMatchObject({ id: 'modr-1', results: [result] });
    expect(asked).toEqual([['openai', { model: 'omni-moderation-latest', input: [image] }, ['intent']]]);
    await program.settled();
    expect(records[1]).toMatchObject({ phase: 'outcome', provider: 'openai', status: 200 });
  });

  it("tells the caller of a provider's failure, and records it", async () => {
    const { invoke, records, program } = platform({
      moderate: () => Promise.reject(new UpstreamError('timeout', 'openai: too slow')),
    });
    expect(await invoke('POST', '/moderations', { input: 'x' })).toMatchObject({
      status: 504,
      body: { error: { code: 'upstream_timeout' } },
    });
    await program.settled();
    expect(records.at(-1)).toMatchObject({ phase: 'outcome', status: 504, errorCode: 'upstream_timeout' });
  });

  it.each([
    ['no input', {}, 400, 'input'],
    ['an empty list', { input: [] }, 400, 'input'],
    ['numbers', { input: [1, 2] }, 400, 'input[0]'],
    [
      'an image for what looks at texts only',
      { input: [{ type: 'image_url', image_url: { url: 'x' } }] },
      400,
      'input[0]',
    ],
    ['an unknown model', { input: 'x', model: 'gpt' }, 404, 'model'],
    [
      'a model of a provider that is not there',
      { input: 'x', model: 'omni-moderation-latest' },
      404,
      'model',
    ],
    ['an unknown parameter', { input: 'x', temperature: 1 }, 400, null],
  ])('refuses %s', async (_name, body, status, param) => {
    const refused = await platform({ withOpenAi: false }).invoke('POST', '/moderations', body);
    expect(refused.status).toBe(status);
    if (param !== null) expect(refused.body.error.param).toBe(param);
  });

  it('is for keys that may use models', async () => {
    expect((await platform().call('POST', '/moderations', { input: 'x' })).status).toBe(403);
  });
});
