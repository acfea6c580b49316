import { describe, expect, it } from 'vitest';
import { median, quantile } from '../../../bench/load/quantile.ts';

const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

describe('a quantile', () => {
  it.each([
    [hundred, 0.5, 50],
    [hundred, 0.99, 99],
    [hundred, 1, 100],
    [hundred, 0, 1],
    [[7], 0.99, 7],
    [[1, 1_000], 0.5, 1],
    [[10, 9, 2], 0.5, 9],
  ])('of %j at %d is the sample %d', (samples, q, expected) => {
    expect(quantile(samples, q)).toBe(expected);
  });

  it('of nothing is not a number', () => {
    expect(quantile([], 0.5)).toBeNaN();
    expect(median([])).toBeNaN();
  });
});

describe('a median', () => {
  it.each([
    [[3], 3],
    [[30, 4, 1_000], 30],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (samples, expected) => {
    expect(median(samples)).toBe(expected);
  });
});
