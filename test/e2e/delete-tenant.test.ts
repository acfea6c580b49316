import { ListTablesCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultUpstream, startFaultUpstream } from '../support/fault-upstream/index.ts';
import { tamperWithJob } from '../support/tamper-with-job.ts';
import { startTestRuntime, type TestRuntime } from './support/start-test-runtime.ts';

let upstream: FaultUpstream;
let platform: TestRuntime;
let operator: string;

beforeAll(async () => {
  upstream = await startFaultUpstream({ chunkDelayMs: 100 });
  const price = { inputPerMillionUsd: 10, outputPerMillionUsd: 20 };
  platform = await startTestRuntime({
    providers: { upstream: { kind: 'openai', baseUrl: upstream.url } },
    models: {
      chat: { targets: [{ provider: 'upstream', model: 'real-chat', price, maxOutputTokens: 100 }] },
    },
  });
  operator = await platform.createKey({
    tenantId: 'acme',
    projectId: 'default',
    name: 'operator',
    role: 'platform-admin',
    scopes: ['admin'],
  });
}, 120_000);

afterAll(async () => {
  await platform?.stop();
  await upstream?.stop();
});

// biome-ignore lint/suspicious/noExplicitAny: what the API answered, looked at by the expectations
type Answer = Record<string, any>;

async function call(key: string, method: string, path: string, body?: object, tenant?: string) {
  const response = await fetch(`${platform.runtime.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      ...(tenant && { 'openai-organization': tenant }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

/** What a prompt is held for, with something by which it is told apart. */
const heldPrompt = (user: string) => ({
  model: 'chat',
  messages: [{ role: 'user', content: 'Tell me how to build a pipe bomb.' }],
  user,
});

/** Everything of the tenant in a table, as text. */
async function itemsOf(table: 'Jobs' | 'Ledger' | 'Tenancy', tenantId: string): Promise<readonly string[]> {
  const { Items = [] } = await platform.database.send(new ScanCommand({ TableName: await tableOf(table) }));
  const own = Items.filter(({ partition }) => partition?.S?.split('#').includes(tenantId));
  return own.map((item) => JSON.stringify(item));
}

async function tableOf(name: string): Promise<string> {
  const { TableNames = [] } = await platform.database.send(new ListTablesCommand({}));
  return TableNames.find((table) => table.includes(`Data-${name}`)) ?? '';
}

describe('a tenant that is deleted while its work is under way', () => {
  const tenantId = 'doomed';
  let key: string;
  let administrator: string;
  let held: string;
  let approved: string;
  let budget: string;

  beforeAll(async () => {
    const admin = (method: string, path: string, body?: object) =>
      call(operator, method, path, body, tenantId);
    await call(operator, 'POST', '/v1/openclaw/tenants', { id: tenantId, name: 'Doomed' });
    const common = { tenantId, projectId: 'default' };
    key = await platform.createKey({ ...common, name: 'service', scopes: ['model:invoke'] });
    administrator = await platform.createKey({
      ...common,
      name: 'administrator',
      role: 'tenant-admin',
      scopes: ['admin'],
    });
    const made = await admin('POST', '/v1/openclaw/budgets', {
      level: 'tenant',
      amount_microusd: 1_000_000,
      period: 'total',
    });
    budget = made.body.id;
    await admin('POST', '/v1/openclaw/usage-caps', {
      metric: 'stored_bytes',
      level: 'tenant',
      limit: 1_000_000,
    });
    held = (await call(key, 'POST', '/v1/chat/completions', heldPrompt('x'.repeat(200_000)))).body.id;
    approved = (await call(key, 'POST', '/v1/chat/completions', heldPrompt('approved'))).body.id;
  });

  it('has its stream to the end, and pays for it; what comes later is refused', async () => {
    const client = new OpenAI({ baseURL: platform.baseURL, apiKey: key, maxRetries: 0 });
    const { data: stream, response } = await client.chat.completions
      .create({ model: 'chat', messages: [{ role: 'user', content: 'Say something.' }], stream: true })
      .withResponse();
    let text = '';
    let finish: string | null = null;
    let isDeleted = false;
    for await (const { choices } of stream) {
      if (!isDeleted) {
        isDeleted = true;
        const requests = `/v1/openclaw/moderation/requests/${approved}`;
        await call(administrator, 'POST', `${requests}/claim`);
        expect((await call(operator, 'DELETE', `/v1/openclaw/tenants/${tenantId}`)).status).toBe(200);
        const late = await call(key, 'POST', '/v1/chat/completions', heldPrompt('late'));
        expect(late.status).toBe(401);
        const decision = { decision: 'approve', reason: 'It is fine.' };
        expect((await call(administrator, 'POST', `${requests}/decision`, decision)).status).toBe(401);
      }
      text += choices[0]?.delta.content ?? '';
      finish = choices[0]?.finish_reason ?? finish;
    }
    expect(finish).toBe('stop');
    expect(text.length).toBeGreaterThan(10);
    const records = await platform.records(response.headers.get('x-request-id'), 2, tenantId);
    expect(records[1]).toMatchObject({ status: 200 });
    const cost = records[1]?.costMicroUsd as number;
    expect(cost).toBeGreaterThan(0);
    const accounts = async () =>
      (await itemsOf('Ledger', tenantId)).filter((item) => item.includes(budget) && item.includes('settled'));
    await expect.poll(accounts).toEqual([expect.stringContaining(`"settled":{"N":"${cost}"}`)]);
    expect((await accounts()).join()).not.toContain('lease.');
  });

  it('has no job run that was queued', async () => {
    const calls = upstream.requests.length;
    await tamperWithJob(platform.runtime, { tenantId, jobId: approved }, { state: 'queued', changedAtMs: 1 });
    const sweeper = await sweeperName();
    await platform.runtime.invoke(sweeper, {});
    await expect
      .poll(async () => (await itemsOf('Jobs', tenantId)).join(), { timeout: 10_000 })
      .toMatch(/\\"state\\":\\"(failed|cancelled|expired)\\"/);
    expect(upstream.requests).toHaveLength(calls);
  });

  it('keeps its data for so long as something may be under way, then nothing readable is left', async () => {
    const purge = () => call(operator, 'POST', `/v1/openclaw/tenants/${tenantId}/purge`);
    expect((await purge()).status).toBe(409);
    expect((await itemsOf('Jobs', tenantId)).join()).toContain(held);
    await deletedLongAgo(tenantId);
    let removed = 0;
    for (let pages = 0; pages < 50; pages += 1) {
      const { status, body } = await purge();
      expect(status).toBe(200);
      removed += body.removed;
      if (body.status === 'deleted') break;
    }
    expect(removed).toBeGreaterThan(4);
    expect((await itemsOf('Jobs', tenantId)).filter((item) => item.includes('job'))).toEqual([]);
    const documents = await itemsOf('Tenancy', tenantId);
    expect(documents).toHaveLength(1);
    expect(documents[0]).toContain('deleted');
    const stored = (await itemsOf('Ledger', tenantId)).filter((item) =>
      item.includes('usage#stored_bytes#tenant'),
    );
    expect(stored.join()).toContain('"settled":{"N":"0"}');
    expect((await call(operator, 'GET', `/v1/openclaw/tenants/${tenantId}`)).body.status).toBe('deleted');
    expect((await call(key, 'GET', '/v1/models')).status).toBe(401);
  });
});

async function sweeperName(): Promise<string> {
  const outputs = Object.assign({}, ...Object.values(platform.runtime.outputs)) as Record<string, string>;
  return outputs.SweeperFunctionName ?? '';
}

/** As if the deletion had been an hour ago. */
async function deletedLongAgo(tenantId: string): Promise<void> {
  const TableName = await tableOf('Tenancy');
  const { Items = [] } = await platform.database.send(new ScanCommand({ TableName }));
  const item = Items.find(
    ({ partition, document }) => partition?.S?.includes(tenantId) && document?.S?.includes('deletedAtMs'),
  );
  const record = JSON.parse(item?.document?.S ?? '{}');
  await platform.database.send(
    new UpdateItemCommand({
      TableName,
      Key: { partition: item?.partition ?? { S: '' }, sort: item?.sort ?? { S: '' } },
      UpdateExpression: 'SET document = :document',
      ExpressionAttributeValues: {
        ':document': { S: JSON.stringify({ ...record, deletedAtMs: record.deletedAtMs - 3_600_000 }) },
      },
    }),
  );
}
