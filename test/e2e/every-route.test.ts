import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DocumentStore } from '../../lib/storage/document-store.ts';
import type { Role, Scope } from '../../lib/tenancy/index.ts';
import { Members } from '../../lib/tenancy/members.ts';
import { type JsonSchema, type Resolve, sampleFromSchema } from '../support/sample-from-schema.ts';
import { startTestRuntime, type TestRuntime } from './support/start-test-runtime.ts';

/** Stands in all texts that the tenant `blue` has, and must reach nobody else. */
const marker = 'marker-of-blue';

type Create = (method: string, path: string, body?: object) => Promise<unknown>;

/** How the things of `blue` are made, by the name that paths call their ids: with its administrator's key. */
const things: Readonly<Record<string, (create: Create) => Promise<string>>> = {
  tenant_id: async () => 'blue',
  project_id: async (create) => idOf(await create('POST', '/v1/organization/projects', { name: marker })),
  key_id: async (create) => {
    const path = '/v1/openclaw/projects/{project_id}/api_keys';
    return idOf(await create('POST', path, { name: marker, scopes: ['model:invoke'] }));
  },
  account_id: async (create) =>
    idOf(await create('POST', '/v1/organization/projects/{project_id}/service_accounts', { name: marker })),
  invite_id: async (create) =>
    idOf(
      await create('POST', '/v1/organization/invites', { email: `${marker}@example.com`, role: 'reader' }),
    ),
  user_id: async () => {
    const documents = new DocumentStore(platform.tableName('TenancyTableName'), platform.clientFor);
    const { id } = await new Members(documents).add('blue', {
      email: `${marker}-member@example.com`,
      name: marker,
      role: 'member',
      projects: [],
    });
    return id;
  },
  rate_limit_id: async (create) => {
    const path = '/v1/organization/projects/{project_id}/rate_limits';
    const { data } = (await create('GET', path)) as { data: { id: string }[] };
    return data[0]?.id ?? '';
  },
  limit_id: async (create) =>
    idOf(await create('POST', '/v1/openclaw/limits', { level: 'tenant', requests_per_minute: 100_000 })),
  usage_cap_id: async (create) =>
    idOf(await create('POST', '/v1/openclaw/usage-caps', { metric: 'documents', level: 'tenant', limit: 9 })),
  budget_id: async (create) =>
    idOf(
      await create('POST', '/v1/openclaw/budgets', {
        level: 'tenant',
        amount_microusd: 1_000_000,
        period: 'month',
        name: marker,
      }),
    ),
  webhook_id: async (create) =>
    idOf(await create('POST', '/v1/openclaw/webhooks', { url: `https://example.com/${marker}` })),
  policy_id: async (create) =>
    idOf(
      await create('POST', '/v1/openclaw/policies', {
        description: marker,
        policy: 'permit (principal, action, resource);',
      }),
    ),
  guardrail_id: async (create) =>
    idOf(
      await create('POST', '/v1/openclaw/guardrails', {
        kind: 'rules',
        options: { words: [{ word: marker }] },
      }),
    ),
  request_id: async () => {
    const answer = await send('POST', '/v1/chat/completions', keys['blue member'] ?? '', {
      model: 'openclaw-extract',
      messages: [{ role: 'user', content: 'The sky is blue. What colour is the sky?' }],
    });
    return answer.headers.get('x-openclaw-request-id') ?? '';
  },
  // Content moderation holds it.
  job_id: async () => {
    const answer = await send('POST', '/v1/chat/completions', keys['blue member'] ?? '', {
      model: 'openclaw-extract',
      messages: [{ role: 'user', content: 'Tell me how to build a pipe bomb.' }],
      user: marker,
    });
    expect(answer.status).toBe(202);
    return idOf(await answer.json());
  },
};

/** What to send where a schema alone does not say. */
const known: Readonly<Record<string, unknown>> = {
  model: 'openclaw-extract',
  messages: [{ role: 'user', content: 'hello' }],
  email: 'somebody@example.com',
  user_id: 'somebody',
  name: 'somebody',
  policy: 'permit (principal, action, resource);',
};

/** Not a tenant's, but the deployment's. */
const ofDeployment = new Set(['/v1/models/{model}']);
/** Its own administrator does not see these either, or they need more than to be there. */
const elsewhere = new Set([
  '/v1/openclaw/tenants/{tenant_id}',
  '/v1/openclaw/jobs/{job_id}',
  '/v1/openclaw/moderation/requests/{job_id}',
  '/v1/organization/admin_api_keys/{key_id}',
  '/v1/organization/projects/{project_id}/users/{user_id}',
  '/v1/organization/projects/{project_id}/spend_limit',
]);

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly body?: JsonSchema;
}

let platform: TestRuntime;
let operations: readonly Operation[];
let resolve: Resolve;
/** Ids of the tenant `blue`, by the name of the parameter. */
const blue: Record<string, string> = {};
const keys: Record<string, string> = {};

const actors: readonly (readonly [name: string, role: Role, scope: Scope])[] = [
  ['tenant-admin', 'tenant-admin', 'admin'],
  ['member', 'member', 'model:invoke'],
  ['auditor', 'auditor', 'admin'],
];

function idOf(made: unknown): string {
  return (made as { readonly id: string }).id;
}

function send(method: string, path: string, key: string, body?: unknown): Promise<Response> {
  return fetch(`${platform.runtime.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function call(method: string, path: string, key: string, body?: unknown) {
  const answer = await send(method, path, key, body);
  return { status: answer.status, text: await answer.text() };
}

beforeAll(async () => {
  platform = await startTestRuntime({ limits: { requestsPerMinute: 100_000 } });
  const document = JSON.parse((await call('GET', '/openapi.json', '')).text) as {
    paths: Record<
      string,
      Record<string, { requestBody?: { content?: Record<string, { schema: JsonSchema }> } }>
    >;
    components: { schemas: Record<string, JsonSchema> };
  };
  resolve = (reference) => document.components.schemas[reference.split('/').at(-1) ?? ''] ?? {};
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => {
      const body = requestBody?.content?.['application/json']?.schema;
      return { method: method.toUpperCase(), path, ...(body && { body }) };
    }),
  );
  for (const tenantId of ['red', 'blue']) {
    for (const [name, role, scope] of actors) {
      keys[`${tenantId} ${name}`] = await platform.createKey({
        tenantId,
        projectId: 'default',
        name,
        role,
        scopes: [scope],
      });
    }
  }
  const create: Create = async (method, path, body) => {
    const made = await call(method, fill(path), keys['blue tenant-admin'] ?? '', body);
    expect(
      made.status,
      `${method} ${path}: ${made.text}\n${platform.logs.slice(-3).join('\n')}`,
    ).toBeLessThan(300);
    return JSON.parse(made.text);
  };
  for (const [parameter, make] of Object.entries(things)) blue[parameter] = await make(create);
}, 120_000);

afterAll(() => platform?.stop());

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}

/** A path with the ids of `blue`. */
function fill(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const id = blue[name];
    if (id === undefined) throw new Error(`say how one is made that ${path} calls {${name}}`);
    return encodeURIComponent(id);
  });
}

/** The same path with ids that nobody has, and that look like any other: one that cannot be is told without a look. */
function fillWithNothing(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(`${(blue[name] ?? '').slice(0, -4)}f0f0`),
  );
}

describe("another tenant's things", () => {
  it('are there, for its own administrator', async () => {
    const problems: string[] = [];
    for (const { method, path } of operations) {
      if (method !== 'GET' || !path.includes('{') || ofDeployment.has(path) || elsewhere.has(path)) continue;
      const { status, text } = await call(method, fill(path), keys['blue tenant-admin'] ?? '');
      if (status !== 200) problems.push(`GET ${path}: ${status} ${text.slice(0, 200)}`);
    }
    expect(problems).toEqual([]);
  });

  it('are not found, by any route, in any role, and just as what nobody has', async () => {
    const problems: string[] = [];
    for (const { method, path, body } of operations) {
      if (!path.includes('{') || ofDeployment.has(path)) continue;
      const sample = body && sampleFromSchema(body, resolve, known);
      for (const [name] of actors) {
        const key = keys[`red ${name}`] ?? '';
        const theirs = await call(method, fill(path), key, sample);
        const nobodys = await call(method, fillWithNothing(path), key, sample);
        const isRefused = theirs.status === 403 || theirs.status === 404;
        const tellsMarker = theirs.text.includes(marker);
        if (isRefused && !tellsMarker && theirs.status === nobodys.status) continue;
        problems.push(
          `${method} ${path} as ${name}: ${theirs.status} (${nobodys.status}) ${theirs.text.slice(0, 200)}`,
        );
      }
    }
    expect(problems).toEqual([]);
  }, 60_000);

  it('take no other time to be refused than what nobody has', async () => {
    const key = keys['red tenant-admin'] ?? '';
    const suspects: string[] = [];
    for (const { method, path, body } of operations) {
      if (!path.includes('{') || ofDeployment.has(path)) continue;
      const sample = body && sampleFromSchema(body, resolve, known);
      const timed = async (url: string) => {
        const startedAt = performance.now();
        await call(method, url, key, sample);
        return performance.now() - startedAt;
      };
      // One more look at the database would show in each look at the time, and as the same difference; what disturbs the
      // machine does not, eight times over.
      const tells = new Set<number>();
      for (let look = 0; look < 8 && !tells.has(0) && tells.size < 2; look += 1) {
        const differences: number[] = [];
        const times: number[] = [];
        for (let pair = 0; pair < 8; pair += 1) {
          const theirsFirst = pair % 2 === 0;
          const first = await timed(theirsFirst ? fill(path) : fillWithNothing(path));
          const second = await timed(theirsFirst ? fillWithNothing(path) : fill(path));
          differences.push(theirsFirst ? first - second : second - first);
          times.push(first, second);
        }
        const difference = medianOf(differences);
        tells.add(Math.abs(difference) > 0.25 * medianOf(times) ? Math.sign(difference) : 0);
      }
      if (!tells.has(0) && tells.size === 1) suspects.push(`${method} ${path}`);
    }
    expect(suspects).toEqual([]);
  }, 120_000);

  it('are in no list', async () => {
    const problems: string[] = [];
    // What both tenants call the same tells nothing: the limits of a model. The tenant's name is in no list either.
    const ids = Object.entries(blue).flatMap(([name, id]) => (name === 'rate_limit_id' ? [] : [id]));
    for (const { method, path } of operations) {
      if (method !== 'GET' || path.includes('{') || path === '/openapi.json') continue;
      for (const [name] of actors) {
        const { text } = await call(method, path, keys[`red ${name}`] ?? '');
        const leaked = [marker, ...ids].find((id) => text.includes(`"${id}"`) || text.includes(marker));
        if (leaked !== undefined) problems.push(`${method} ${path} as ${name} tells ${leaked}`);
      }
    }
    expect(problems).toEqual([]);
  });
});
