import { describe, expect, it } from 'vitest';
import { chatOn, scriptedRouter } from './support.ts';

/** Numbers that look random and are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function shares(
  router: ReturnType<typeof scriptedRouter>,
  requests: number,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < requests; i++) {
    const { provider } = (await router.route()).target;
    counts[provider] = (counts[provider] ?? 0) + 1 / requests;
  }
  return counts;
}

describe('strategies', () => {
  it('priority always takes the first', async () => {
    expect(await shares(scriptedRouter(chatOn(['a/m', 'b/m']), {}), 10)).toEqual({ a: expect.closeTo(1) });
  });

  it('weighted shares requests by weight', async () => {
    const target = { 'a/m': { weight: 1 }, 'b/m': { weight: 3 } };
    const router = scriptedRouter(
      chatOn(['a/m', 'b/m'], { strategy: 'weighted', target }),
      {},
      { random: seeded(1) },
    );
    const { a, b } = await shares(router, 4_000);
    expect(a).toBeCloseTo(0.25, 1);
    expect(b).toBeCloseTo(0.75, 1);
  });

  it('least-latency measures every target, prefers the fastest, and goes on looking at the others', async () => {
    const router = scriptedRouter(
      chatOn(['a/m', 'b/m', 'c/m'], { strategy: 'least-latency' }),
      {
        'a/m': [{ answersAfterMs: 900 }],
        'b/m': [{ answersAfterMs: 100 }],
        'c/m': [{ answersAfterMs: 400 }],
      },
      { random: seeded(2) },
    );
    const first = await shares(router, 3);
    expect(Object.keys(first).toSorted()).toEqual(['a', 'b', 'c']);
    const { a = 0, b = 0, c = 0 } = await shares(router, 2_000);
    expect(b).toBeGreaterThan(0.9);
    expect(Math.min(a, c)).toBeGreaterThan(0.005);
  });

  it('least-latency follows a target that became faster', async () => {
    const slowThenFast = [...Array(3).fill({ answersAfterMs: 900 }), { answersAfterMs: 10 }];
    const router = scriptedRouter(
      chatOn(['a/m', 'b/m'], { strategy: 'least-latency' }),
      { 'a/m': slowThenFast, 'b/m': [{ answersAfterMs: 300 }] },
      { random: seeded(3) },
    );
    await shares(router, 1_500);
    expect((await shares(router, 200)).a).toBeGreaterThan(0.9);
  });

  it('lowest-cost takes the cheapest, and those without a known price last', async () => {
    const price = (inputPerMillionUsd: number, outputPerMillionUsd: number) => ({
      price: { inputPerMillionUsd, outputPerMillionUsd },
    });
    const target = { 'b/m': price(3, 15), 'c/m': price(1, 2) };
    const router = scriptedRouter(chatOn(['a/m', 'b/m', 'c/m'], { strategy: 'lowest-cost', target }), {
      'c/m': ['not_found'],
      'b/m': ['not_found'],
    });
    expect((await router.route()).target.provider).toBe('a');
    expect(router.calls).toEqual(['c/m', 'b/m', 'a/m']);
  });

  it('whichever it is, the other targets stand by', async () => {
    for (const strategy of ['priority', 'weighted', 'least-latency', 'lowest-cost'] as const) {
      const scripts = { 'a/m': ['not_found' as const], 'b/m': ['not_found' as const] };
      const router = scriptedRouter(chatOn(['a/m', 'b/m', 'c/m'], { strategy }), scripts, {
        random: seeded(4),
      });
      expect((await router.route()).target.provider).toBe('c');
    }
  });
});
