import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultUpstream, startFaultUpstream } from '../support/fault-upstream/index.ts';
import { type JsonSchema, sampleFromSchema } from '../support/sample-from-schema.ts';
import { startTestRuntime, type TestRuntime } from './support/start-test-runtime.ts';

interface Operation {
  readonly path: string;
  readonly schema: JsonSchema | undefined;
  readonly body: unknown;
}

/** These are never billed: OpenAI's moderation is free of charge, and so is the built-in one. */
const free = new Set(['/v1/moderations']);
const known = {
  model: 'chat',
  messages: [{ role: 'user', content: 'Say something.' }],
  input: 'Say something.',
  email: 'somebody@example.com',
  user_id: 'somebody',
  name: 'somebody',
  policy: 'permit (principal, action, resource);',
};

let upstream: FaultUpstream;
let platform: TestRuntime;
/** All that can be asked for with a body or without, but not just read. */
let operations: readonly Operation[];
/** Those that had a model work for a tenant without limits. */
let costly: readonly Operation[];

beforeAll(async () => {
  upstream = await startFaultUpstream({ behaviours: { slow: 'slow-first-token' }, firstTokenDelayMs: 3_000 });
  const price = { inputPerMillionUsd: 10, outputPerMillionUsd: 20 };
  const target = (model: string) => [{ provider: 'upstream', model, price, maxOutputTokens: 100 }];
  platform = await startTestRuntime({
    providers: { upstream: { kind: 'openai', baseUrl: upstream.url } },
    models: {
      chat: { targets: target('real'), operations: ['chat', 'embeddings'] },
      slow: { targets: target('slow') },
    },
    limits: { requestsPerMinute: 10_000 },
  });
  const document = (await (await fetch(`${platform.runtime.url}/openapi.json`)).json()) as {
    paths: Record<string, { post?: { requestBody?: { content: Record<string, { schema: JsonSchema }> } } }>;
    components: { schemas: Record<string, JsonSchema> };
  };
  const resolve = (reference: string) =>
    document.components.schemas[reference.split('/').at(-1) ?? ''] ?? ({} as JsonSchema);
  operations = Object.entries(document.paths).flatMap(([path, { post }]) => {
    if (!post) return [];
    const written = post.requestBody?.content['application/json']?.schema;
    const schema = typeof written?.$ref === 'string' ? resolve(written.$ref) : written;
    const body = schema && sampleFromSchema(schema, resolve, known);
    return [{ path: path.replaceAll(/\{\w+\}/g, 'nothing'), schema, body }];
  });
  const keys = await keysOf('unlimited');
  const reached: Operation[] = [];
  for (const operation of operations) {
    const before = paid().length;
    for (const key of keys) await send(key, operation.path, operation.body);
    if (paid().length > before) reached.push(operation);
  }
  costly = reached;
}, 120_000);

afterAll(async () => {
  await platform?.stop();
  await upstream?.stop();
});

beforeEach(() => upstream.reset());

async function send(key: string, path: string, body: unknown) {
  const response = await fetch(`${platform.runtime.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { error } = (await response.json().catch(() => ({}))) as { error?: { code: string } };
  return { status: response.status, code: error?.code };
}

/** What reached the upstream and would be on its bill. */
function paid() {
  return upstream.requests.filter(({ path }) => !free.has(path));
}

/** Keys of a tenant: one that calls models, and its administrator's. */
async function keysOf(tenantId: string): Promise<readonly [string, string]> {
  const owner = { tenantId, projectId: 'default', name: tenantId };
  return [
    await platform.createKey({ ...owner, scopes: ['model:invoke'] }),
    await platform.createKey({ ...owner, role: 'tenant-admin', scopes: ['admin'] }),
  ];
}

/** The key of a tenant for which this was set before its first request. */
async function tenantWith(tenantId: string, path: string, body: object): Promise<string> {
  const [key, adminKey] = await keysOf(tenantId);
  expect(await send(adminKey, path, { level: 'tenant', ...body })).toMatchObject({ status: 200 });
  return key;
}

/** Every route that costs refuses this key. */
async function expectRefused(key: string, code: 'insufficient_quota' | 'rate_limit_exceeded'): Promise<void> {
  for (const { path, body } of costly) {
    expect({ path, ...(await send(key, path, body)) }).toEqual({ path, status: 429, code });
  }
}

const chat = { model: 'chat', messages: known.messages };

describe('every route that has a model work', () => {
  it('is known: those that take a model do, but for what is free', () => {
    const takeModel = operations.filter(
      ({ schema, path }) =>
        schema?.properties?.model && /^\/v1\/(?!openclaw|organization)/.test(path) && !free.has(path),
    );
    expect(takeModel.length).toBeGreaterThanOrEqual(2);
    expect(costly.map(({ path }) => path)).toEqual(takeModel.map(({ path }) => path));
  });

  it('LiteLLM 26672, 27381, 38176, bifrost 2873: is closed, and no other opens a way, to who has spent their budget', async () => {
    const key = await tenantWith('spent', '/v1/openclaw/budgets', { amount_microusd: 1, period: 'total' });
    for (const { path, body } of operations) await send(key, path, body);
    expect(paid()).toEqual([]);
    await expectRefused(key, 'insufficient_quota');
  });

  it('is closed to who has used up their requests', async () => {
    const key = await tenantWith('limited', '/v1/openclaw/limits', { requests_per_day: 1 });
    expect(await send(key, '/v1/chat/completions', chat)).toMatchObject({ status: 200 });
    upstream.reset();
    for (const { path, body } of operations) await send(key, path, body);
    expect(paid()).toEqual([]);
    await expectRefused(key, 'rate_limit_exceeded');
  });

  it('is closed to who has used up their tokens', async () => {
    const key = await tenantWith('wordless', '/v1/openclaw/limits', { tokens_per_day: 1 });
    await expectRefused(key, 'rate_limit_exceeded');
    expect(paid()).toEqual([]);
  });

  it('is closed to who has as many requests under way as they may', async () => {
    const key = await tenantWith('busy', '/v1/openclaw/limits', { concurrent_requests: 1 });
    const running = send(key, '/v1/chat/completions', { ...chat, model: 'slow', stream: true });
    while (paid().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await expectRefused(key, 'rate_limit_exceeded');
    expect(paid()).toHaveLength(1);
    await running;
  });
});
