import { describe, expect, it } from 'vitest';
import type { AdminServices } from '../../../lib/gateway/admin/admin-services.ts';
import { moderationRoutes } from '../../../lib/gateway/admin/moderation/routes.ts';
import { queueSettingBody } from '../../../lib/gateway/admin/moderation/schemas.ts';
import { ApiError } from '../../../lib/gateway/errors/api-error.ts';
import type { GatewayReply } from '../../../lib/gateway/http.ts';
import { openExchange } from '../../../lib/gateway/open-exchange.ts';
import type { RouteCall } from '../../../lib/gateway/route.ts';
import { holdRequest } from '../../../lib/gateway/steps/hold-request.ts';
import { expire, type Job, workOn } from '../../../lib/jobs/index.ts';
import { UsageCapReached } from '../../../lib/policy/index.ts';
import { DocumentConflict } from '../../../lib/storage/document-store.ts';
import {
  implicitTenant,
  type Principal,
  rolePermissions,
  TenantSettings,
} from '../../../lib/tenancy/index.ts';
import { caller, findings, memoryJobs, uncapped } from '../jobs/memory-jobs.ts';

const reviewer = administrator('reviewer');
const otherReviewer = administrator('other-reviewer');

function administrator(keyId: string, extra: Partial<Principal> = {}): Principal {
  return {
    ...caller,
    keyId,
    role: 'tenant-admin',
    projectId: 'office',
    permissions: rolePermissions['tenant-admin'],
    ...extra,
  };
}

function setUp({
  eventsFail = false,
  services: given,
  before,
}: {
  eventsFail?: boolean;
  services?: AdminServices;
  before?: (operation: string) => Promise<void>;
} = {}) {
  const memory = memoryJobs(before && { before });
  const views: Record<string, unknown>[] = [];
  const services =
    given ??
    ({
      jobs: async () => memory.jobs,
      documents: {
        create: async (_tenant: string, _collection: string, _sort: string, value: object) => {
          if (eventsFail) throw new Error('storage is down');
          views.push(value as Record<string, unknown>);
        },
      },
      settings: { settings: async (id: string) => new TenantSettings(implicitTenant(id)) },
    } as unknown as AdminServices);
  const routes = moderationRoutes(services);
  const newExchange = () =>
    openExchange(
      { method: 'POST', path: '/', query: '', header: () => undefined, body: '' },
      { sourceIp: '192.0.2.1', signal: new AbortController().signal, waitUntil: () => undefined },
    );
  return {
    ...memory,
    views,
    /** Calls an operation; a refusal is its status and code. */
    call: async (operationId: string, principal: Principal, parts: Partial<RouteCall> = {}) => {
      const route = routes.find((one) => one.operationId === operationId);
      const settings = new TenantSettings(implicitTenant(principal.tenantId));
      const exchange = newExchange();
      try {
        const reply = await route?.handle({
          exchange,
          principal,
          settings,
          parameters: {},
          query: {},
          body: {},
          ...parts,
        });
        return { status: reply?.status, body: JSON.parse(String(reply?.body)) };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return { status: error.status, code: error.code };
      }
    },
    holdOver: (body: Record<string, unknown>, settings = new TenantSettings(implicitTenant('acme'))) =>
      holdRequest(
        {
          exchange: newExchange(),
          principal: caller,
          settings,
          path: '/v1/chat/completions',
          body,
          findings,
        },
        { jobs: async () => memory.jobs },
      ),
  };
}

const named = (job: Job, body = {}) => ({ parameters: { job_id: job.id }, body });

describe('holding a request', () => {
  it('answers 202 with the job and where it is, and keeps neither prompt nor finding text in the answer', async () => {
    const { holdOver, sent } = setUp();
    const reply: GatewayReply = await holdOver({
      model: 'chat',
      messages: [{ role: 'user', content: 'secret' }],
    });
    const job = JSON.parse(String(reply.body));
    expect(reply.status).toBe(202);
    expect(reply.headers.location).toBe(`/v1/openclaw/jobs/${job.id}`);
    expect(job).toMatchObject({ status: 'held', moderation: { categories: ['violence'], decision: null } });
    expect(reply.body).not.toContain('secret');
    expect(sent).toEqual([]);
  });

  it('forgets that the caller wanted a stream, as nobody listens when it runs', async () => {
    const { holdOver, contents } = setUp();
    await holdOver({ model: 'chat', stream: true, stream_options: { include_usage: true }, n: 1 });
    expect([...contents.values()].map((bytes) => JSON.parse(Buffer.from(bytes).toString()))).toEqual([
      { model: 'chat', n: 1 },
    ]);
  });

  it.each([
    [undefined, 7],
    [{ id: 'queue', holdDays: 2 }, 2],
  ])('expires when the tenant has said: %j', async (setting, days) => {
    const { holdOver, history, clock } = setUp();
    const kinds = new Map(setting ? [['moderation', [setting]]] : []);
    await holdOver({ model: 'chat' }, new TenantSettings(implicitTenant('acme'), kinds));
    expect(history[0]?.expiresAtMs).toBe(clock.nowMs + days * 86_400_000);
  });

  it.each([
    [true, { retryAfterMs: 2_000, shouldRetry: true }],
    [false, { retryAfterMs: undefined, shouldRetry: false }],
  ])(
    'is refused with 429 over the cap of stored bytes, that may help to wait: %s',
    async (retryable, told) => {
      const cap = { id: 'stored_bytes', metric: 'stored_bytes', level: 'tenant', subject: 'acme' } as const;
      const refusal = {
        granted: false,
        cap: { ...cap, limit: 100, version: 1 },
        amount: 20,
        used: 60,
        reserved: 30,
        resetAtMs: undefined,
        retryable,
      } as const;
      const { holdOver } = setUp({
        before: async (operation) => {
          if (operation === 'putContent') throw new UsageCapReached(refusal);
        },
      });
      await expect(holdOver({ model: 'chat' })).rejects.toMatchObject({
        status: 429,
        code: 'insufficient_quota',
        message: expect.stringContaining('90 of 100 bytes, and it takes 20'),
        ...told,
      });
    },
  );

  it('is refused with 503 where the request cannot be kept', async () => {
    const memory = memoryJobs({
      before: async (operation) => {
        if (operation === 'create') throw new Error('storage is down');
      },
    });
    const request = { method: 'POST', path: '/', query: '', header: () => undefined, body: '' };
    const origin = { sourceIp: '', signal: new AbortController().signal, waitUntil: () => undefined };
    const held = holdRequest(
      {
        exchange: openExchange(request, origin),
        principal: caller,
        settings: new TenantSettings(implicitTenant('acme')),
        path: '/v1/chat/completions',
        body: { model: 'chat' },
        findings,
      },
      { jobs: async () => memory.jobs },
    );
    await expect(held).rejects.toMatchObject({ status: 503, code: 'moderation_unavailable' });
  });
});

describe('the settings of the queue', () => {
  it('say how long requests wait, seven days unless the tenant says otherwise', async () => {
    const stored: unknown[] = [];
    const forgotten: string[] = [];
    const services = {
      documents: {
        get: async () => undefined,
        create: async (...document: unknown[]) => void stored.push(document),
      },
      settings: { forget: (tenantId: string) => forgotten.push(tenantId) },
    } as unknown as AdminServices;
    const { call } = setUp({ services });
    expect((await call('retrieveModerationSettings', reviewer)).body.hold_days).toBe(7);
    const changed = await call('updateModerationSettings', reviewer, { body: { hold_days: 3 } });
    expect(changed.body).toEqual({ object: 'openclaw.moderation_settings', hold_days: 3 });
    expect(stored).toEqual([['acme', 'settings', 'moderation#queue', { id: 'queue', holdDays: 3 }]]);
    expect(forgotten).toEqual(['acme']);
  });

  it.each([0, -1, 31, 1.5, null, '3', 1e308])('refuse %j days', (holdDays) => {
    expect(queueSettingBody.safeParse({ hold_days: holdDays }).success).toBe(false);
  });

  it('are not overwritten by somebody who had read others', async () => {
    const services = {
      documents: {
        get: async () => ({ sort: 'moderation#queue', value: {}, version: 4 }),
        replace: async () => {
          throw new DocumentConflict('it was changed');
        },
      },
    } as unknown as AdminServices;
    const { call } = setUp({ services });
    expect(await call('updateModerationSettings', reviewer, { body: { hold_days: 3 } })).toEqual({
      status: 409,
      code: 'conflict',
    });
  });
});

describe('who sees a job', () => {
  const member = (extra: Partial<Principal>) => ({ ...caller, keyId: 'another-key', ...extra });
  const reads = new Set(['jobs:read'] as const);
  it.each<[string, Principal, number]>([
    ['the key that asked', caller, 200],
    ['another key of the project without the permission', member({}), 404],
    ['another key of the project with the permission', member({ permissions: reads }), 200],
    ['a member of another project', member({ permissions: reads, projectId: 'other' }), 404],
    ['a key without a project', member({ permissions: reads, projectId: '' }), 404],
    ['the same person with another key', member({ userId: 'ada' }), 404],
    ['an administrator', reviewer, 200],
    ['an auditor', administrator('auditor', { role: 'auditor', permissions: rolePermissions.auditor }), 200],
    ['an administrator of another tenant', { ...reviewer, tenantId: 'globex' }, 404],
    ['the very key id in another tenant', { ...caller, tenantId: 'globex' }, 404],
  ])('%s', async (_who, principal, status) => {
    const { call, hold } = setUp();
    expect((await call('retrieveJob', principal, named(await hold()))).status).toBe(status);
  });

  it.each(['', 'job_', 'job_1', `req_${'0'.repeat(32)}`, 'job_#jobs', `job_${'0'.repeat(32)}`])(
    'nobody sees %j, which is none',
    async (jobId) => {
      const { call } = setUp();
      expect(await call('retrieveJob', caller, { parameters: { job_id: jobId } })).toEqual({
        status: 404,
        code: 'job_not_found',
      });
    },
  );

  it('shows what the model answered to the project that asked, and to no administrator', async () => {
    const { call, hold, jobs, approve } = withReview();
    const job = await hold();
    await approve(job);
    await workOn('acme', job.id, {
      jobs,
      deadline: new AbortController().signal,
      execute: async () => ({
        requestId: 'req_9',
        status: 200,
        contentType: 'application/json',
        body: Buffer.from('{"id":"chatcmpl-1"}'),
      }),
    });
    expect((await call('retrieveJob', caller, named(job))).body.response).toEqual({
      status_code: 200,
      request_id: 'req_9',
      body: { id: 'chatcmpl-1' },
    });
    expect((await call('retrieveJob', reviewer, named(job))).body).toMatchObject({
      status: 'succeeded',
      response: null,
    });
  });
});

describe('a review', () => {
  it('records each look at the prompt before it shows it', async () => {
    const { call, hold, views } = setUp();
    const job = await hold('{"model":"chat","messages":"the prompt"}');
    const { body } = await call('retrieveModerationRequest', reviewer, named(job));
    expect(body.request.messages).toBe('the prompt');
    expect(views).toMatchObject([
      {
        type: 'moderation.viewed',
        data: { jobId: job.id, actor: { keyId: 'reviewer' }, before: 'held', after: 'held' },
      },
    ]);
  });

  it('does not show the prompt where the look cannot be recorded', async () => {
    const { call, hold } = setUp({ eventsFail: true });
    expect(await call('retrieveModerationRequest', reviewer, named(await hold()))).toEqual({
      status: 503,
      code: 'records_unavailable',
    });
  });

  it('lets one reviewer claim for 15 minutes, who alone decides', async () => {
    const { call, hold, clock } = setUp();
    const job = await hold();
    const verdict = named(job, { decision: 'reject', reason: 'no' });
    expect((await call('decideModerationRequest', reviewer, verdict)).code).toBe('not_claimed');
    expect((await call('claimModerationRequest', reviewer, named(job))).status).toBe(200);
    expect((await call('claimModerationRequest', otherReviewer, named(job))).code).toBe('claimed_by_another');
    expect((await call('decideModerationRequest', otherReviewer, verdict)).code).toBe('not_claimed');
    clock.nowMs += 15 * 60_000;
    expect((await call('decideModerationRequest', reviewer, verdict)).code).toBe('not_claimed');
    expect((await call('claimModerationRequest', otherReviewer, named(job))).status).toBe(200);
    expect((await call('decideModerationRequest', otherReviewer, verdict)).body.status).toBe('rejected');
  });

  it('is not for whoever made the request, with another key of theirs neither', async () => {
    const { call, jobs } = setUp();
    const person = { ...caller, userId: 'ada' };
    const job = await jobs.hold({
      principal: person,
      settings: uncapped,
      requestId: 'req_1',
      path: '/v1/embeddings',
      model: 'm',
      body: Buffer.from('{}'),
      holdMs: 7 * 86_400_000,
      findings,
    });
    for (const self of [administrator(person.keyId), administrator('second-key', { userId: 'ada' })]) {
      expect(await call('claimModerationRequest', self, named(job))).toEqual({
        status: 403,
        code: 'own_request',
      });
    }
  });

  it('takes the same decision twice, and another never', async () => {
    const { call, hold, approve, sent } = withReview();
    const job = await hold();
    await approve(job);
    expect((await approve(job)).status).toBe(200);
    expect(sent).toHaveLength(1);
    const other = named(job, { decision: 'reject', reason: 'no' });
    expect(await call('decideModerationRequest', reviewer, other)).toEqual({
      status: 409,
      code: 'wrong_state',
    });
    const same = named(job, { decision: 'approve', reason: 'yes' });
    expect((await call('decideModerationRequest', otherReviewer, same)).status).toBe(409);
  });

  it('stands where the workers cannot be told: a sweep tells them later', async () => {
    let queueIsDown = true;
    const memory = memoryJobs({
      before: async (operation) => {
        if (operation === 'send' && queueIsDown) throw new Error('the queue is down');
      },
    });
    const job = await memory.hold();
    await memory.jobs.send(job);
    expect(memory.sent).toEqual([]);
    queueIsDown = false;
    await memory.jobs.send(job);
    expect(memory.sent).toHaveLength(1);
  });

  it('ends for good when the time is over', async () => {
    const { call, hold, jobs, clock } = setUp();
    const job = await hold();
    clock.nowMs += 8 * 86_400_000;
    expect((await call('claimModerationRequest', reviewer, named(job))).code).toBe('wrong_state');
    await jobs.change('acme', job.id, (found) => expire(found, clock.nowMs));
    const { body } = await call('retrieveJob', caller, named(job));
    expect(body).toMatchObject({ status: 'expired', error: { code: 'request_expired' } });
  });

  it('can be appealed against once, by whoever asked, and is then for another reviewer', async () => {
    const { call, hold, reject } = withReview();
    const job = await hold();
    const appeal = named(job, { text: 'please' });
    expect((await call('appealModeration', caller, appeal)).code).toBe('nothing_to_appeal');
    await reject(job);
    expect((await call('appealModeration', otherReviewer, appeal)).status).toBe(403);
    expect((await call('appealModeration', caller, appeal)).body).toMatchObject({
      status: 'held',
      moderation: { decision: null, appeal: { text: 'please' } },
    });
    expect((await call('claimModerationRequest', reviewer, named(job))).code).toBe('reviewed_before');
    await call('claimModerationRequest', otherReviewer, named(job));
    const again = named(job, { decision: 'reject', reason: 'no' });
    const { body } = await call('decideModerationRequest', otherReviewer, again);
    expect(body.events.map(({ type }: { type: string }) => type)).toEqual([
      'moderation.held',
      'moderation.claimed',
      'moderation.rejected',
      'moderation.appealed',
      'moderation.claimed',
      'moderation.rejected',
    ]);
    expect((await call('appealModeration', caller, appeal)).code).toBe('already_appealed');
  });
});

describe('the queue', () => {
  it('lists what is held, the oldest first, page by page, by category and project', async () => {
    const { call, jobs, clock } = setUp();
    const ids: string[] = [];
    for (const [projectId, category] of [
      ['a', 'violence'],
      ['b', 'violence'],
      ['a', 'self-harm'],
      ['a', 'violence'],
    ] as const) {
      clock.nowMs += 1_000;
      const job = await jobs.hold({
        principal: { ...caller, projectId },
        settings: uncapped,
        requestId: 'req_1',
        path: '/v1/chat/completions',
        model: 'chat',
        body: Buffer.from('{}'),
        holdMs: 7 * 86_400_000,
        findings: [{ guardrailId: 'safety', category }],
      });
      ids.push(job.id);
    }
    const list = async (query: RouteCall['query']) => {
      const { body } = await call('listModerationRequests', reviewer, { query });
      return [body.data.map(({ id }: { id: string }) => ids.indexOf(id)), body.has_more];
    };
    expect(await list({})).toEqual([[0, 1, 2, 3], false]);
    expect(await list({ limit: '2' })).toEqual([[0, 1], true]);
    expect(await list({ project_id: 'a', category: 'violence' })).toEqual([[0, 3], false]);
    expect(await list({ status: 'rejected' })).toEqual([[], false]);
  });
});

function withReview() {
  const set = setUp();
  const decide = (decision: 'approve' | 'reject') => async (job: Job) => {
    await set.call('claimModerationRequest', reviewer, named(job));
    return set.call('decideModerationRequest', reviewer, named(job, { decision, reason: 'because' }));
  };
  return { ...set, approve: decide('approve'), reject: decide('reject') };
}
