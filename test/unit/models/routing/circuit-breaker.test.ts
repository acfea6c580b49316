import { describe, expect, it } from 'vitest';
import { CircuitBreaker } from '../../../../lib/models/routing/circuit-breaker.ts';

function openBreaker() {
  let nowMs = 0;
  const breaker = new CircuitBreaker({ failureThreshold: 2, openMs: 1_000 }, () => nowMs);
  for (let i = 0; i < 2; i++) {
    breaker.tryAcquire();
    breaker.failed();
  }
  return {
    breaker,
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('a circuit breaker', () => {
  it('lets a single call through when half open, whoever asks', () => {
    const { breaker, advance } = openBreaker();
    expect(breaker.tryAcquire()).toBe(false);
    advance(1_000);
    expect([1, 2, 3].map(() => breaker.tryAcquire())).toEqual([true, false, false]);
  });

  it.each([
    ['succeeded', 'succeeded', [true, true]],
    ['began to answer', 'answering', [true, true]],
    ['failed', 'failed', [false, false]],
    ['told nothing', 'released', [true, false]],
  ] as const)('after a probe that %s', (_name, end, expected) => {
    const { breaker, advance } = openBreaker();
    advance(1_000);
    breaker.tryAcquire();
    breaker[end]();
    expect([breaker.tryAcquire(), breaker.tryAcquire()]).toEqual(expected);
  });

  it('forgets failures after a success, but not after the mere beginning of an answer', () => {
    for (const [end, open] of [
      ['succeeded', false],
      ['answering', true],
    ] as const) {
      const breaker = new CircuitBreaker({ failureThreshold: 2, openMs: 1_000 }, () => 0);
      breaker.failed();
      breaker[end]();
      breaker.failed();
      expect(breaker.waitMs() > 0).toBe(open);
    }
  });
});
