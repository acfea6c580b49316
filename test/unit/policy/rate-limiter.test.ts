import { describe, expect, it } from 'vitest';
import { RateLimiter } from '../../../lib/policy/index.ts';
import type { RateAmount } from '../../../lib/storage/rate-limit-store.ts';

/** The store's rule, in memory, shared by several limiters as several functions share the table. */
function sharedStore() {
  const windows = new Map<string, RateAmount>();
  let writes = 0;
  return {
    writes: () => writes,
    total: () => [...windows.values()],
    lease: async (subject: string, startMs: number, share: RateAmount, limit: RateAmount) => {
      writes += 1;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
      const key = `${subject}@${startMs}`;
      const leased = windows.get(key) ?? { requests: 0, tokens: 0 };
      const next = { requests: leased.requests + share.requests, tokens: leased.tokens + share.tokens };
      if (next.requests > limit.requests || next.tokens > limit.tokens) return undefined;
      windows.set(key, next);
      return next;
    },
  };
}

const limit = { requests: 100, tokens: 10_000 };

describe('RateLimiter', () => {
  it('admits exactly the limit over several functions at once', async () => {
    const store = sharedStore();
    const now = () => 600_000;
    const functions = [1, 2, 3].map(() => new RateLimiter({ lease: store.lease, now }));
    const admissions = await Promise.all(
      Array.from({ length: 300 }, (_, i) => functions[i % 3]?.admit('key', 1, limit)),
    );
    expect(admissions.filter((admission) => admission?.admitted)).toHaveLength(100);
    expect(
      admissions.filter(
        (admission) => admission && !admission.admitted && admission.exhausted === 'requests',
      ),
    ).toHaveLength(200);
  });

  it('admits by tokens and lets a smaller request through when a larger one is refused', async () => {
    const limiter = new RateLimiter({ lease: sharedStore().lease, now: () => 0 });
    expect(await limiter.admit('key', 9_000, limit)).toMatchObject({ admitted: true });
    expect(await limiter.admit('key', 2_000, limit)).toMatchObject({ admitted: false, exhausted: 'tokens' });
    expect(await limiter.admit('key', 900, limit)).toMatchObject({ admitted: true });
  });

  it('refuses a request larger than the whole limit without a write', async () => {
    const store = sharedStore();
    const limiter = new RateLimiter({ lease: store.lease, now: () => 0 });
    expect(await limiter.admit('key', 10_001, limit)).toMatchObject({ admitted: false, exhausted: 'tokens' });
    expect(store.writes()).toBe(0);
  });

  it('needs a write for one request in several, and none once the limit is known to be used up', async () => {
    const store = sharedStore();
    const limiter = new RateLimiter({ lease: store.lease, now: () => 0 });
    for (let i = 0; i < 100; i += 1) await limiter.admit('key', 1, limit);
    expect(store.writes()).toBeLessThanOrEqual(21);
    await limiter.admit('key', 1, limit);
    const before = store.writes();
    for (let i = 0; i < 50; i += 1)
      expect(await limiter.admit('key', 1, limit)).toMatchObject({ admitted: false });
    expect(store.writes()).toBe(before);
  });

  it('reports a standing that moves with every request and with the settled tokens', async () => {
    let now = 30_000;
    const limiter = new RateLimiter({ lease: sharedStore().lease, now: () => now });
    const first = await limiter.admit('key', 400, limit);
    if (!first.admitted) throw new Error('refused');
    expect(first.standing()).toEqual({ limit, remaining: { requests: 99, tokens: 9_600 }, resetMs: 30_000 });
    first.settle(1_000);
    expect(first.standing().remaining.tokens).toBe(9_000);
    now = 45_000;
    const second = await limiter.admit('key', 0, limit);
    if (!second.admitted) throw new Error('refused');
    expect(second.standing()).toEqual({ limit, remaining: { requests: 98, tokens: 9_000 }, resetMs: 15_000 });
  });

  it('takes what an answer used beyond its estimate from the next request', async () => {
    const limiter = new RateLimiter({ lease: sharedStore().lease, now: () => 0 });
    const first = await limiter.admit('key', 100, limit);
    if (!first.admitted) throw new Error('refused');
    first.settle(9_990);
    expect(await limiter.admit('key', 100, limit)).toMatchObject({ admitted: false, exhausted: 'tokens' });
    expect(await limiter.admit('key', 10, limit)).toMatchObject({ admitted: true });
  });

  it('starts afresh with the next minute', async () => {
    let now = 0;
    const limiter = new RateLimiter({ lease: sharedStore().lease, now: () => now });
    for (let i = 0; i < 101; i += 1) await limiter.admit('key', 1, limit);
    expect(await limiter.admit('key', 1, limit)).toMatchObject({ admitted: false });
    now = 60_000;
    expect(await limiter.admit('key', 1, limit)).toMatchObject({ admitted: true });
  });

  it('keeps subjects apart', async () => {
    const limiter = new RateLimiter({ lease: sharedStore().lease, now: () => 0 });
    for (let i = 0; i < 101; i += 1) await limiter.admit('one', 1, limit);
    expect(await limiter.admit('other', 1, limit)).toMatchObject({ admitted: true });
  });
});
