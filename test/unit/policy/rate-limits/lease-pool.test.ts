import { describe, expect, it } from 'vitest';
import { LeasePool } from '../../../../lib/policy/rate-limits/lease-pool.ts';

describe('LeasePool', () => {
  it('has no more than has not drained yet', () => {
    const pool = new LeasePool();
    pool.add(10, 100);
    expect([0, 90, 95, 100, 200].map((nowUs) => pool.usableUs(nowUs))).toEqual([10, 10, 5, 0, 0]);
  });

  it('uses first what ends first, and tells the earliest end', () => {
    const pool = new LeasePool();
    pool.add(10, 200);
    pool.add(10, 100);
    expect(pool.spend(5, 0)).toBe(100);
    expect(pool.spend(10, 0)).toBe(100);
    expect(pool.spend(5, 0)).toBe(200);
    expect(pool.usableUs(0)).toBe(0);
  });

  it('owes what it has not, and pays with what comes', () => {
    const pool = new LeasePool();
    pool.spend(30, 0);
    expect(pool.debtUs).toBe(30);
    expect(pool.usableUs(0)).toBe(-30);
    pool.add(40, 100);
    expect(pool.debtUs).toBe(0);
    expect(pool.usableUs(0)).toBe(10);
  });

  it('stays small, and loses rather than wins by it', () => {
    const pool = new LeasePool();
    for (let i = 1; i <= 100; i += 1) pool.add(1, i * 10);
    expect(pool.usableUs(0)).toBeLessThanOrEqual(100);
    expect(pool.usableUs(500)).toBeLessThanOrEqual(50);
    expect(pool.usableUs(0)).toBeGreaterThan(0);
    expect(pool.usableUs(1_000)).toBe(0);
  });
});
