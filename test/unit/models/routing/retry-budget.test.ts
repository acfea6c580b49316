import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../../lib/models/routing/retry-budget.ts';

describe('a retry budget', () => {
  it('counts what happened in the last ten seconds only', () => {
    let nowMs = 5_000;
    const budget = new RetryBudget({ budgetRatio: 0.5, budgetFloor: 0 }, () => nowMs);
    const takes = () => [1, 2, 3].map(() => budget.takeRetry());
    for (let i = 0; i < 4; i++) budget.countRequest();
    expect(takes()).toEqual([true, true, false]);
    nowMs += 9_000;
    expect(takes()).toEqual([false, false, false]);
    nowMs += 1_000;
    for (let i = 0; i < 2; i++) budget.countRequest();
    expect(takes()).toEqual([true, false, false]);
    nowMs += 3_600_000;
    expect(takes()).toEqual([false, false, false]);
  });
});
