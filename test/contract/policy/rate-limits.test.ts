import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LimitRule, RateLimits } from '../../../lib/policy/index.ts';
import { RateLimitStore } from '../../../lib/storage/rate-limit-store.ts';
import { RequestSlotStore } from '../../../lib/storage/request-slot-store.ts';
import { implicitTenant, TenantSettings } from '../../../lib/tenancy/index.ts';
import { startDynamoDb, type TestDynamoDb } from '../../support/start-dynamodb.ts';

let db: TestDynamoDb;
let next = 0;

beforeAll(async () => {
  db = await startDynamoDb();
  await db.createTable('PolicyRateLimits', 'partition', 'sort');
});

afterAll(() => db.stop());

beforeEach(() => {
  db.operations.length = 0;
  next += 1;
});

const defaults = { requestsPerMinute: 10_000_000, tokensPerMinute: 10_000_000 };

/** Processes with clocks of their own, over one table and in real time. */
function processes(rule: Partial<LimitRule>, ...skewsMs: readonly number[]) {
  const limit = { id: `limit-${next}`, level: 'key', subject: '*', version: 1, ...rule };
  const settings = new TenantSettings(implicitTenant('acme'), new Map([['limit', [limit]]]));
  return skewsMs.map((skewMs) => {
    const limits = new RateLimits({
      store: new RateLimitStore('PolicyRateLimits', () => db.database),
      slots: new RequestSlotStore('PolicyRateLimits', () => db.database),
      defaults,
      now: () => Date.now() + skewMs,
    });
    const subject = { tenantId: 'acme', projectId: 'search', keyId: `key-${next}` };
    return { take: (tokens = 0) => limits.take({ settings, subject, tokens }) };
  });
}

async function admittedOf(takings: readonly ReturnType<ReturnType<typeof processes>[number]['take']>[]) {
  return (await Promise.all(takings)).filter(({ admitted }) => admitted).length;
}

describe('rate limits over a database', () => {
  it('admit exactly 20 of 200 concurrent requests', async () => {
    const [process] = processes({ requestsPerMinute: 20 }, 0);
    expect(await admittedOf(Array.from({ length: 200 }, () => process?.take() as never))).toBe(20);
  });

  it.each([
    ['that agree', [0, 0, 0]],
    ['up to five minutes apart', [300_000, 0, -300_000]],
  ])('admit exactly the limit over three processes with clocks %s', async (_, skewsMs) => {
    const started = Date.now();
    const all = processes({ requestsPerMinute: 20 }, ...skewsMs);
    let admitted = 0;
    for (let round = 0; round < 10; round += 1) {
      admitted += await admittedOf(
        all.flatMap((process) => [process.take(), process.take(), process.take()]),
      );
    }
    // A unit takes three seconds; a clock that is known to be behind waits up to one more.
    const most = 20 + Math.floor((Date.now() - started) / 3_000);
    expect(admitted).toBeLessThanOrEqual(most);
    expect(admitted).toBeGreaterThanOrEqual(19);
  });

  it('need one write for a request that comes alone', async () => {
    const [process] = processes({ requestsPerDay: 1_000 }, 0);
    for (let i = 1; i <= 3; i += 1) {
      expect(await admittedOf([process?.take() as never])).toBe(1);
      expect(db.operations.filter((operation) => operation === 'GetItem')).toEqual([]);
    }
    // That of the rule, and that of the deployment's own limit, each time unless a lease was had by then.
    expect(db.operations.length).toBeLessThanOrEqual(6);
  });

  it('need next to no writes for many', async () => {
    const [process] = processes({ requestsPerMinute: 1_000_000, tokensPerMinute: 10_000_000 }, 0);
    for (let round = 0; round < 20; round += 1) {
      expect(await admittedOf(Array.from({ length: 50 }, () => process?.take(10) as never))).toBe(50);
    }
    expect(db.operations.length).toBeLessThan(40);
  });

  it('tell exactly when to come back', async () => {
    const [process, other] = processes({ requestsPerMinute: 120 }, 0, 0);
    await admittedOf(Array.from({ length: 130 }, () => process?.take() as never));
    const refusal = await process?.take();
    if (!refusal || refusal.admitted) throw new Error('admitted');
    expect(refusal.retryAfterMs).toBeLessThanOrEqual(500);
    await new Promise((resolve) => setTimeout(resolve, refusal.retryAfterMs));
    expect((await other?.take())?.admitted).toBe(true);
  });

  it('settle tokens for all processes', async () => {
    const [process, other] = processes({ tokensPerDay: 10_000 }, 0, 0);
    const admission = await process?.take(10_000);
    if (!admission?.admitted) throw new Error('refused');
    expect((await other?.take(1_000))?.admitted).toBe(false);
    await admission.settle(4_000);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await processes({ tokensPerDay: 10_000 }, 0)[0]?.take(5_990))?.admitted).toBe(true);
  });

  it('hold concurrent requests to their slots, and let go of them', async () => {
    const all = processes({ concurrentRequests: 4 }, 0, 0, 0);
    const decisions = await Promise.all(
      all.flatMap((process) => [process.take(), process.take(), process.take()]),
    );
    const admitted = decisions.filter((decision) => decision.admitted);
    expect(admitted).toHaveLength(4);
    for (const admission of admitted) await admission.release();
    const [fresh] = processes({ concurrentRequests: 4 }, 0);
    expect(await admittedOf(Array.from({ length: 9 }, () => fresh?.take() as never))).toBe(4);
  });
});
