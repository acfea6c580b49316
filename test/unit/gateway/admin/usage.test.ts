import fc from 'fast-check';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newRequestId } from '../../../../lib/storage/request-id.ts';
import { RequestStore } from '../../../../lib/storage/request-store.ts';
import { startDynamoDb, type TestDynamoDb } from '../../../support/start-dynamodb.ts';
import { type TestPlatform, testPlatform } from '../support/test-platform.ts';

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;
/** A midnight (UTC), five days ago. */
const midnight = Math.floor(Date.now() / day) * day - 5 * day;

let db: TestDynamoDb;
let store: RequestStore;
let platform: TestPlatform;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  db = await startDynamoDb();
  await db.createTable('Requests', 'partition', 'sort');
  const clientFor = () => db.database;
  store = new RequestStore('Requests', clientFor);
  platform = testPlatform({ requestsTable: 'Requests', clientFor });
});

afterAll(() => db.stop());

interface Facts {
  readonly [name: string]: unknown;
}

const plain: Facts = {
  route: 'POST /v1/chat/completions',
  operation: 'chat',
  alias: 'chat',
  provider: 'openai',
  model: 'gpt-x',
  projectId: 'search',
  keyId: 'key1',
  status: 200,
  usage: { inputTokens: 10, cachedInputTokens: 4, cacheWriteTokens: 1, outputTokens: 5 },
  costMicroUsd: 123,
};

async function file(tenantId: string, atMs: number, facts: Facts = {}): Promise<string> {
  const id = newRequestId(atMs);
  const identity = { requestId: id, tenantId, receivedAtMs: atMs };
  const { usage: _usage, costMicroUsd: _cost, status: _status, ...known } = { ...plain, ...facts };
  await store.put(tenantId, id, 'intent', { ...identity, ...known, sourceIp: '192.0.2.1' });
  await store.put(tenantId, id, 'outcome', { ...identity, ...plain, ...facts });
  return id;
}

async function adminOf(tenantId: string): Promise<{ client: OpenAI; key: string }> {
  const { key } = await platform.key({ tenantId });
  return { client: platform.clientOf(key), key };
}

const seconds = (ms: number) => ms / 1_000;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe("usage, with OpenAI's client", () => {
  it('tells completions in days, with an empty bucket where nothing was used', async () => {
    await file('days', midnight);
    await file('days', midnight + 1);
    await file('days', midnight + 2 * day);
    await file('days', midnight + 2 * day, { operation: 'embeddings' });
    const { client } = await adminOf('days');
    const { usage } = client.admin.organization;
    const start = { start_time: seconds(midnight), end_time: seconds(midnight + 3 * day) };
    const result = {
      object: 'organization.usage.completions.result',
      project_id: null,
      user_id: null,
      api_key_id: null,
      model: null,
      batch: null,
      service_tier: null,
      api_source: null,
    };
    expect(await usage.completions(start)).toEqual({
      object: 'page',
      data: [
        {
          object: 'bucket',
          start_time: seconds(midnight),
          end_time: seconds(midnight + day),
          results: [
            {
              ...result,
              num_model_requests: 2,
              input_tokens: 20,
              input_cached_tokens: 8,
              input_cache_write_tokens: 2,
              input_uncached_tokens: 10,
              output_tokens: 10,
            },
          ],
        },
        {
          object: 'bucket',
          start_time: seconds(midnight + day),
          end_time: seconds(midnight + 2 * day),
          results: [],
        },
        {
          object: 'bucket',
          start_time: seconds(midnight + 2 * day),
          end_time: seconds(midnight + 3 * day),
          results: [expect.objectContaining({ num_model_requests: 1, input_tokens: 10 })],
        },
      ],
      has_more: false,
      next_page: null,
    });
    expect((await usage.embeddings(start)).data[2]?.results).toEqual([
      {
        object: 'organization.usage.embeddings.result',
        num_model_requests: 1,
        input_tokens: 10,
        project_id: null,
        user_id: null,
        api_key_id: null,
        model: null,
      },
    ]);
  });

  it.each([
    'moderations',
    'images',
    'audioSpeeches',
    'audioTranscriptions',
    'vectorStores',
    'codeInterpreterSessions',
    'fileSearchCalls',
    'webSearchCalls',
    'decisions',
  ] as const)('answers for %s, of which nothing was used', async (kind) => {
    await file('kinds', midnight);
    const { client } = await adminOf('kinds');
    const page = await client.admin.organization.usage[kind]({
      start_time: seconds(midnight),
      end_time: seconds(midnight + 2 * day),
    });
    expect(page.data.map(({ results }) => results)).toEqual([[], []]);
  });

  it('groups and filters by project, user, key and model', async () => {
    await file('groups', midnight, { projectId: 'a', keyId: 'k1', alias: 'm1', userId: 'u1' });
    await file('groups', midnight, { projectId: 'a', keyId: 'k2', alias: 'm1' });
    await file('groups', midnight, { projectId: 'b', keyId: 'k3', alias: 'm2', userId: 'u1' });
    const { client } = await adminOf('groups');
    const ask = async (query: object) => {
      const { data } = await client.admin.organization.usage.completions({
        start_time: seconds(midnight),
        end_time: seconds(midnight + day),
        ...query,
      });
      return data[0]?.results ?? [];
    };
    expect(await ask({ group_by: ['project_id', 'model'] })).toEqual([
      expect.objectContaining({ project_id: 'a', model: 'm1', user_id: null, num_model_requests: 2 }),
      expect.objectContaining({ project_id: 'b', model: 'm2', user_id: null, num_model_requests: 1 }),
    ]);
    expect(await ask({ group_by: ['batch', 'service_tier', 'api_source'] })).toEqual([
      expect.objectContaining({ batch: false, service_tier: null, api_source: 'unlabeled' }),
    ]);
    const counts = (results: readonly object[]) =>
      results.map((result) => (result as { num_model_requests: number }).num_model_requests);
    expect(counts(await ask({ user_ids: ['u1'] }))).toEqual([2]);
    expect(counts(await ask({ project_ids: ['a'], api_key_ids: ['k1', 'k3'] }))).toEqual([1]);
    expect(counts(await ask({ models: ['m2'] }))).toEqual([1]);
    expect(await ask({ models: ['gpt-x'] })).toEqual([]);
    expect(await ask({ batch: true })).toEqual([]);
    expect(counts(await ask({ batch: false }))).toEqual([3]);
  });

  it('has the open hour, and the minutes of it', async () => {
    const now = Date.now();
    await file('open', now - 1_000);
    const { client } = await adminOf('open');
    for (const bucket_width of ['1m', '1h', '1d'] as const) {
      const { data } = await client.admin.organization.usage.completions({
        start_time: Math.floor(seconds(now - 60_000)),
        bucket_width,
      });
      expect(data.flatMap(({ results }) => results)).toHaveLength(1);
      expect(data.at(-1)?.end_time).toBeGreaterThan(seconds(now));
    }
  });

  it('of another tenant is not told', async () => {
    await file('mine', midnight);
    const { client } = await adminOf('theirs');
    const { data } = await client.admin.organization.usage.completions({ start_time: seconds(midnight) });
    expect(data.flatMap(({ results }) => results)).toEqual([]);
  });

  it('is the sum of the records, whatever the width, the page size and the range', async () => {
    const random = fc.sample(
      fc.record({
        at: fc.integer({ min: 0, max: 2 * day - 1 }),
        inputTokens: fc.nat(1_000),
        costMicroUsd: fc.nat(2_000_000),
      }),
      { numRuns: 80, seed: 7 },
    );
    await Promise.all(
      random.map(({ at, inputTokens, costMicroUsd }) =>
        file('sums', midnight + at, { usage: { inputTokens, outputTokens: 1 }, costMicroUsd }),
      ),
    );
    const { client } = await adminOf('sums');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('1m' as const, '1h' as const, '1d' as const),
        fc.integer({ min: 0, max: 2 * 86_400 - 1 }),
        fc.integer({ min: 1, max: 2 * 86_400 }),
        fc.integer({ min: 1, max: 31 }),
        async (bucket_width, from, length, size) => {
          const limit = bucket_width === '1m' ? 400 + size * 30 : size;
          const start_time = seconds(midnight) + from;
          const query = { start_time, end_time: start_time + length, bucket_width, limit };
          const expected = random.filter(({ at }) => at >= from * second && at < (from + length) * second);
          let page: string | null = null;
          let inputTokens = 0;
          let end = start_time;
          do {
            const answer = await client.admin.organization.usage.completions({
              ...query,
              ...(page && { page }),
            });
            for (const bucket of answer.data) {
              expect(bucket.start_time).toBe(end);
              end = bucket.end_time;
              inputTokens += sum(
                bucket.results.map((result) => ('input_tokens' in result ? result.input_tokens : 0)),
              );
            }
            expect(answer.has_more).toBe(answer.next_page !== null);
            page = answer.next_page;
          } while (page !== null);
          expect(end).toBe(query.end_time);
          expect(inputTokens).toBe(sum(expected.map((one) => one.inputTokens)));
        },
      ),
      { numRuns: 8 },
    );
    const { data } = await client.admin.organization.usage.costs({
      start_time: seconds(midnight),
      limit: 180,
    });
    const values = data.flatMap(({ results }) =>
      results.map((result) => ('amount' in result ? Math.round((result.amount?.value ?? 0) * 1e6) : 0)),
    );
    expect(sum(values)).toBe(sum(random.map((one) => one.costMicroUsd)));
  });
});

describe("costs, with OpenAI's client", () => {
  it('are exact sums in dollars, by project and line item', async () => {
    for (let index = 0; index < 10; index += 1) await file('costs', midnight, { costMicroUsd: 100_000 });
    await file('costs', midnight, {
      projectId: 'b',
      provider: 'anthropic',
      model: 'claude',
      costMicroUsd: 1,
    });
    await file('costs', midnight, { projectId: 'b', costMicroUsd: null });
    const { client } = await adminOf('costs');
    const range = { start_time: seconds(midnight), end_time: seconds(midnight + day) };
    const costs = (query: object) => client.admin.organization.usage.costs({ ...range, ...query });
    const all = await costs({});
    expect(all.data).toEqual([
      {
        object: 'bucket',
        start_time: range.start_time,
        end_time: range.end_time,
        results: [
          {
            object: 'organization.costs.result',
            amount: { value: 1.000001, currency: 'usd' },
            line_item: null,
            quantity: null,
            quantity_unit: null,
            project_id: null,
            user_id: null,
            api_key_id: null,
            api_source: null,
            unpriced_requests: 1,
          },
        ],
      },
    ]);
    const grouped = await costs({ group_by: ['project_id', 'line_item'] });
    expect(grouped.data[0]?.results).toMatchObject([
      { project_id: 'b', line_item: 'anthropic/claude', amount: { value: 0.000001 }, quantity: 15 },
      { project_id: 'b', line_item: 'openai/gpt-x', amount: { value: 0 }, unpriced_requests: 1 },
      { project_id: 'search', line_item: 'openai/gpt-x', amount: { value: 1 }, quantity_unit: 'tokens' },
    ]);
    const filtered = await costs({ line_items: ['anthropic/claude'] });
    expect(filtered.data[0]?.results).toMatchObject([{ amount: { value: 0.000001 } }]);
  });
});

describe('a query of usage', () => {
  const start = 'start_time=MIDNIGHT';
  const written = (query: string) => query.replaceAll('MIDNIGHT', String(seconds(midnight)));

  it.each([
    ['', 'start_time', 'missing_required_parameter'],
    ['start_time=-1', 'start_time', 'invalid_value'],
    ['start_time=1.5', 'start_time', 'invalid_value'],
    ['start_time=NaN', 'start_time', 'invalid_value'],
    ['start_time=1e30', 'start_time', 'invalid_value'],
    [`${start}&end_time=MIDNIGHT`, 'end_time', 'invalid_value'],
    [`${start}&end_time=5`, 'end_time', 'invalid_value'],
    [`${start}&bucket_width=1w`, 'bucket_width', 'invalid_value'],
    [`${start}&limit=0`, 'limit', 'invalid_value'],
    [`${start}&limit=32`, 'limit', 'invalid_value'],
    [`${start}&bucket_width=1h&limit=169`, 'limit', 'invalid_value'],
    [`${start}&bucket_width=1m&limit=1441`, 'limit', 'invalid_value'],
    [`${start}&group_by=tenant_id`, 'group_by', 'invalid_value'],
    [`${start}&tenant_id=other`, 'tenant_id', 'unsupported_parameter'],
    [`${start}&page=page_`, 'page', 'invalid_cursor'],
    [`${start}&page=page_-1`, 'page', 'invalid_cursor'],
    [`${start}&page=page_0`, 'page', 'invalid_cursor'],
    [`${start}&page=page_MIDNIGHT1`, 'page', 'invalid_cursor'],
    [`${start}&page=page_999999999999`, 'page', 'invalid_cursor'],
    [`${start}&page=page_MIDNIGHT%00`, 'page', 'invalid_cursor'],
    [`${start}&page[]=page_1`, 'page', 'invalid_value'],
    [`${start}&page=${'x'.repeat(65)}`, 'page', 'invalid_value'],
  ])('is a 400: %s', async (query, param, code) => {
    const { key } = await adminOf('hostile');
    const { status, body } = await platform.call(
      key,
      'GET',
      `/organization/usage/completions?${written(query)}`,
    );
    expect({ status, param: body.error?.param, code: body.error?.code }).toEqual({
      status: 400,
      param,
      code,
    });
  });

  it('from the beginning of time begins with the oldest records that are kept', async () => {
    const { client } = await adminOf('oldest');
    const { data, has_more } = await client.admin.organization.usage.completions({ start_time: 0 });
    expect(data).toHaveLength(7);
    expect(has_more).toBe(true);
    expect(Date.now() / 1_000 - (data[0]?.start_time ?? 0)).toBeCloseTo(400 * 86_400, -6);
  });

  it('of the future finds nothing, and reads nothing', async () => {
    const { client } = await adminOf('future');
    db.operations.length = 0;
    const page = await client.admin.organization.usage.completions({
      start_time: seconds(midnight + 8 * day),
    });
    expect(page).toMatchObject({ data: [], has_more: false, next_page: null });
    expect(db.operations).toEqual([]);
  });

  it('takes a key that may read usage', async () => {
    const { key } = await platform.key({ role: 'member', scopes: ['model:invoke'] });
    expect((await platform.call(key, 'GET', `/organization/costs?${written(start)}`)).status).toBe(403);
    const auditor = await platform.key({ role: 'auditor' });
    expect((await platform.call(auditor.key, 'GET', `/organization/costs?${written(start)}`)).status).toBe(
      200,
    );
  });
});

describe('the records of requests', () => {
  it('are told whole, without what is ours', async () => {
    const id = await file('whole', midnight, { userId: 'u1', priceSource: 'configured' });
    const { key } = await adminOf('whole');
    const { status, body } = await platform.call(key, 'GET', `/openclaw/requests/${id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      id,
      object: 'openclaw.request',
      created_at: seconds(midnight),
      state: 'completed',
      project_id: 'search',
      api_key_id: 'key1',
      user_id: 'u1',
      route: 'POST /v1/chat/completions',
      operation: 'chat',
      alias: 'chat',
      provider: 'openai',
      model: 'gpt-x',
      source_ip: '192.0.2.1',
      status: 200,
      usage: { input_tokens: 10, cached_input_tokens: 4, cache_write_tokens: 1, output_tokens: 5 },
      cost_micro_usd: 123,
      price_source: 'configured',
    });
  });

  it.each([
    ['failed', { status: 502 }],
    ['cut', { cutBy: 'caller' }],
    ['completed', {}],
  ])('tell that a request %s', async (state, facts) => {
    const id = await file('states', midnight, facts);
    const { key } = await adminOf('states');
    expect((await platform.call(key, 'GET', `/openclaw/requests/${id}`)).body.state).toBe(state);
  });

  it('tell of a request under way, and of one that was refused', async () => {
    const [running, refused] = [newRequestId(midnight), newRequestId(midnight)];
    await store.put('phases', running, 'intent', {});
    await store.put('phases', refused, 'refused', { reason: 'expired' });
    const { key } = await adminOf('phases');
    const stateOf = async (id: string) =>
      (await platform.call(key, 'GET', `/openclaw/requests/${id}`)).body.state;
    expect([await stateOf(running), await stateOf(refused)]).toEqual(['in_progress', 'refused']);
  });

  it('of another tenant are not there, and neither is what is no id', async () => {
    const id = await file('owner', midnight);
    const { key } = await adminOf('stranger');
    for (const wanted of [id, newRequestId(midnight), 'req_1', 'x'.repeat(500), '%23', 'req_%00']) {
      const { status, body } = await platform.call(key, 'GET', `/openclaw/requests/${wanted}`);
      expect({ status, code: body.error?.code }).toEqual({ status: 404, code: 'not_found' });
    }
  });

  it('are listed the newest first, in pages of any size, each once', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 25; index += 1) ids.unshift(await file('pages', midnight + index * hour));
    const { key } = await adminOf('pages');
    for (const limit of [1, 7, 25, 100]) {
      const seen: string[] = [];
      const from = `limit=${limit}&start_time=${seconds(midnight)}`;
      let query = from;
      for (;;) {
        const { body } = await platform.call(key, 'GET', `/openclaw/requests?${query}`);
        seen.push(...body.data.map((record: { id: string }) => record.id));
        expect(body.first_id).toBe(body.data[0]?.id ?? null);
        if (!body.has_more) break;
        query = `${from}&after=${body.last_id}`;
      }
      expect(seen).toEqual(ids);
    }
  });

  it('are filtered by project, key, user and time', async () => {
    const first = await file('filters', midnight, { projectId: 'a', keyId: 'k1' });
    const second = await file('filters', midnight + hour, { projectId: 'a', keyId: 'k2', userId: 'u' });
    const third = await file('filters', midnight + 2 * hour, { projectId: 'b', keyId: 'k3' });
    const { key } = await adminOf('filters');
    const since = `start_time=${seconds(midnight)}`;
    const ask = async (query: string) => {
      const { body } = await platform.call(key, 'GET', `/openclaw/requests?${since}&${query}`);
      return body.data.map((record: { id: string }) => record.id);
    };
    expect(await ask('project_id=a')).toEqual([second, first]);
    expect(await ask('api_key_id=k3')).toEqual([third]);
    expect(await ask('user_id=u')).toEqual([second]);
    expect(await ask('project_id=a&api_key_id=k3')).toEqual([]);
    const [from, to] = [seconds(midnight + hour), seconds(midnight + 2 * hour)];
    const { body } = await platform.call(key, 'GET', `/openclaw/requests?start_time=${from}&end_time=${to}`);
    expect(body.data).toMatchObject([{ id: second }]);
    expect(await ask(`end_time=${from}`)).toEqual([first]);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['after=req_1', 'after'],
    [`after=${'req_'.padEnd(36, 'g')}`, 'after'],
    ['start_time=x', 'start_time'],
    ['tenant=other', 'tenant'],
  ])('are not listed for a bad query: %s', async (query, param) => {
    const { key } = await adminOf('bad');
    const { status, body } = await platform.call(key, 'GET', `/openclaw/requests?${query}`);
    expect({ status, param: body.error?.param }).toEqual({ status: 400, param });
  });

  it('are not searched for ever: a page of none leads on', async () => {
    const old = await file('old', midnight - 45 * day);
    const { key } = await adminOf('old');
    expect((await platform.call(key, 'GET', '/openclaw/requests')).body).toMatchObject({ has_more: false });
    const since = `start_time=${seconds(midnight - 50 * day)}`;
    const { body: first } = await platform.call(key, 'GET', `/openclaw/requests?${since}`);
    expect(first).toMatchObject({ data: [], first_id: null, has_more: true });
    const { body: second } = await platform.call(
      key,
      'GET',
      `/openclaw/requests?${since}&after=${first.last_id}`,
    );
    expect(second).toMatchObject({ data: [{ id: old }], has_more: false });
  });
});
