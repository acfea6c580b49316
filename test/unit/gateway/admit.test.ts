import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../lib/gateway/errors/api-error.ts';
import { toErrorReply } from '../../../lib/gateway/errors/to-reply.ts';
import { openExchange } from '../../../lib/gateway/open-exchange.ts';
import { replyHeaders } from '../../../lib/gateway/reply-headers.ts';
import { admit, type RateCost } from '../../../lib/gateway/steps/admit.ts';
import { type LimitRule, RateLimits } from '../../../lib/policy/index.ts';
import {
  implicitTenant,
  type Principal,
  rolePermissions,
  type Tenant,
  TenantSettings,
} from '../../../lib/tenancy/index.ts';
import { MemoryRateStore } from '../../support/memory-rate-store.ts';

const principal: Principal = {
  kind: 'api-key',
  keyId: 'key-1',
  tenantId: 'acme',
  homeTenantId: 'acme',
  projectId: 'search',
  role: 'member',
  permissions: rolePermissions.member,
};

function setUp(
  rules: readonly Partial<LimitRule>[] = [],
  whenLedgerFails: Tenant['whenLedgerFails'] = 'closed',
) {
  const clock = { ms: 1_800_000_000_000 };
  const store = new MemoryRateStore();
  const rateLimits = new RateLimits({
    store,
    slots: store,
    defaults: { requestsPerMinute: 3, tokensPerMinute: 6_000 },
    now: () => clock.ms,
  });
  const documents = rules.map((rule, index) => ({
    id: `l${index}`,
    level: 'key',
    subject: '*',
    version: 1,
    ...rule,
  }));
  const settings = new TenantSettings(
    { ...implicitTenant('acme'), whenLedgerFails },
    new Map([['limit', documents]]),
  );
  const work: Promise<unknown>[] = [];
  const newExchange = () =>
    openExchange(
      { method: 'POST', path: '/', query: '', header: () => undefined, body: '' },
      {
        sourceIp: '192.0.2.1',
        signal: new AbortController().signal,
        waitUntil: (promise) => work.push(promise),
      },
    );
  return {
    clock,
    store,
    settled: () => Promise.all(work),
    admit: async (cost: Partial<RateCost> | undefined = {}) => {
      const exchange = newExchange();
      const whole = { tokens: 0, model: 'chat', ...cost };
      try {
        const settle = await admit({ exchange, principal, settings }, whole, { rateLimits });
        return { exchange, settle, status: 200, headers: replyHeaders(exchange) };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const { status, headers } = toErrorReply(error, exchange);
        return { exchange, error, status, headers, settle: () => undefined };
      }
    },
    administer: () => admit({ exchange: newExchange(), principal, settings }, undefined, { rateLimits }),
  };
}

describe('admission to the rate limits', () => {
  it('tells requests and tokens apart in the headers, each with its own time', async () => {
    const { admit } = setUp();
    const { headers } = await admit({ tokens: 600 });
    expect(headers).toMatchObject({
      'x-ratelimit-limit-requests': '3',
      'x-ratelimit-remaining-requests': '2',
      'x-ratelimit-reset-requests': '20s',
      'x-ratelimit-limit-tokens': '6000',
      'x-ratelimit-remaining-tokens': '5400',
      'x-ratelimit-reset-tokens': '6s',
    });
  });

  it('says what is used up and when the very request would be admitted', async () => {
    const { admit, clock } = setUp();
    for (let i = 0; i < 3; i += 1) expect((await admit()).status).toBe(200);
    clock.ms += 5_500;
    const { status, headers, error } = await admit();
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      'retry-after': '15',
      'retry-after-ms': '14500',
      'x-should-retry': 'true',
    });
    expect(error?.body.error).toEqual({
      message: 'The limit of this key of 3 requests per minute is reached. Try again in 15 s.',
      type: 'requests',
      param: null,
      code: 'rate_limit_exceeded',
    });
    clock.ms += 14_499;
    expect((await admit()).status).toBe(429);
    clock.ms += 1;
    expect((await admit()).status).toBe(200);
  });

  it('says that a request larger than a limit should not be tried again', async () => {
    const { admit } = setUp([{ level: 'model', subject: 'chat', tokensPerDay: 50 }]);
    const { status, headers, error } = await admit({ tokens: 51 });
    expect([status, headers['x-should-retry'], headers['retry-after']]).toEqual([429, 'false', undefined]);
    expect(error?.message).toContain('the limit of this model is 50 per day');
    expect(error?.type).toBe('tokens');
  });

  it('frees the place of a request among the concurrent ones however it ended, once', async () => {
    const { admit, settled, store, clock } = setUp([{ concurrentRequests: 1 }]);
    const { settle } = await admit();
    expect(await admit()).toMatchObject({ status: 429, error: { type: 'requests' } });
    settle(0);
    settle(0);
    await settled();
    clock.ms += 1_000;
    expect(Object.keys([...store.holdings.values()][0] ?? {})).toEqual([]);
    expect((await admit()).status).toBe(200);
  });

  it('is not asked of the limits of a tenant by who administers, who else could not repair them', async () => {
    const { admit, administer } = setUp([{ level: 'tenant', requestsPerDay: 1 }]);
    expect((await admit()).status).toBe(200);
    expect((await admit()).status).toBe(429);
    await administer();
    await administer();
  });

  it('holds who administers to the limit of the deployment', async () => {
    const { administer } = setUp();
    for (let i = 0; i < 3; i += 1) await administer();
    await expect(administer()).rejects.toMatchObject({ status: 429 });
  });

  it('closed: refuses where the limits cannot be looked up, and says when to try again', async () => {
    const { admit, store } = setUp([], 'closed');
    store.fails = true;
    const { status, headers, error } = await admit();
    expect(status).toBe(503);
    expect(error?.code).toBe('limits_unavailable');
    expect(headers).toMatchObject({ 'retry-after': '1', 'x-should-retry': 'true' });
  });

  it('open: admits where the limits cannot be looked up, and says so', async () => {
    const { admit, store } = setUp([], 'open');
    store.fails = true;
    const { status, exchange, settle } = await admit();
    expect(status).toBe(200);
    expect(exchange.admission).toBe('open');
    settle(100);
    store.fails = false;
  });

  it('open: still refuses what is known to be over the limit', async () => {
    const { admit, store } = setUp([], 'open');
    for (let i = 0; i < 4; i += 1) await admit();
    store.fails = true;
    expect((await admit()).status).toBe(429);
  });
});
