import { describe, expect, it } from 'vitest';
import { ServerClock } from '../../../../lib/policy/rate-limits/server-clock.ts';

/** Answers as they come from a server whose clock is right, by the clock of a process that is off. */
function observed(skewMs: number, answersAtMs: readonly number[], roundTripMs = 4) {
  let nowMs = 0;
  const clock = new ServerClock(() => nowMs + skewMs);
  const offsets = answersAtMs.map((atMs) => {
    nowMs = atMs - roundTripMs / 2;
    const sentAtMs = clock.localMs();
    nowMs = atMs + roundTripMs / 2;
    clock.observe(sentAtMs, Math.floor(atMs / 1_000) * 1_000);
    return clock.offsetMs;
  });
  return { clock, offsets, errorMs: clock.nowUs() / 1_000 - nowMs, nowMs };
}

const phases = Array.from({ length: 100 }, (_, i) => 1_000_000 + i * 1_013);

describe('ServerClock', () => {
  it('takes a clock as it is that agrees with the answers', () => {
    const { clock, offsets, errorMs } = observed(0, phases);
    expect(errorMs).toBe(0);
    expect(clock.lagUs).toBe(0);
    expect(offsets.every((offset) => offset === 0)).toBe(true);
  });

  it.each([300_000, -300_000, 5_000, -1_500])(
    'notices with the first answer that a clock is %i ms off',
    (skewMs) => {
      const { clock, errorMs } = observed(skewMs, [1_000_700]);
      expect(errorMs).toBeLessThanOrEqual(0);
      expect(errorMs).toBeGreaterThan(-1_010);
      // The real time lies between.
      expect(errorMs + clock.lagUs / 1_000).toBeGreaterThanOrEqual(0);
    },
  );

  it.each([60, -60, 300_000, -300_000])(
    'comes close with further answers where a clock is %i ms off',
    (skewMs) => {
      const { errorMs, clock } = observed(skewMs, phases);
      expect(errorMs).toBeLessThanOrEqual(0);
      expect(errorMs).toBeGreaterThan(-60);
      expect(errorMs + clock.lagUs / 1_000).toBeGreaterThanOrEqual(0);
    },
  );

  it('goes by new answers where they contradict the old: the clock was set', () => {
    let nowMs = 1_000_500;
    const clock = new ServerClock(() => nowMs);
    clock.observe(nowMs, 1_000_000);
    nowMs += 60_000;
    clock.observe(nowMs, 1_000_000);
    expect(clock.nowUs()).toBe(1_000_000_000);
    nowMs -= 60_000;
    clock.observe(nowMs, 1_000_000);
    expect(clock.nowUs()).toBe(nowMs * 1_000);
  });

  it('is the clock of the process where the answers tell no time', () => {
    const clock = new ServerClock(() => 12.345);
    clock.observe(0, undefined);
    expect(clock.nowUs()).toBe(12_345);
  });
});
