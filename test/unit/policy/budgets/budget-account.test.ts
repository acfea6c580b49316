import { describe, expect, it } from 'vitest';
import { type Budget, budgetAccount, periodAt, subjectAt } from '../../../../lib/policy/index.ts';

const budget: Budget = {
  id: 'b1',
  level: 'tenant',
  subject: '*',
  amountMicroUsd: 100,
  period: 'month',
  mode: 'hard',
  alertPercents: [],
  version: 3,
};
const subject = { tenantId: 'acme', projectId: 'p1', keyId: 'k1', endUser: 'ann', model: 'chat' };

describe('the period of a budget', () => {
  it.each([
    ['day', '2026-11-23T00:00:00.000Z', 'day-2026-11-23', '2026-11-24T00:00:00.000Z'],
    ['day', '2026-11-23T23:59:59.999Z', 'day-2026-11-23', '2026-11-24T00:00:00.000Z'],
    ['week', '2026-11-23T00:00:00.000Z', 'week-2026-11-23', '2026-11-30T00:00:00.000Z'],
    ['week', '2026-11-22T23:59:59.999Z', 'week-2026-11-16', '2026-11-23T00:00:00.000Z'],
    ['month', '2026-12-31T23:59:59.999Z', 'month-2026-12', '2027-01-01T00:00:00.000Z'],
    ['month', '2028-02-29T12:00:00.000Z', 'month-2028-02', '2028-03-01T00:00:00.000Z'],
  ] as const)('of a %s at %s is %s', (period, at, name, end) => {
    expect(periodAt(period, Date.parse(at))).toEqual({ name, endMs: Date.parse(end) });
  });

  it('never ends in all', () => {
    expect(periodAt('total', 0)).toEqual({ name: 'total', endMs: undefined });
  });
});

describe('whom a budget means', () => {
  it.each([
    ['tenant', '*', 'acme'],
    ['project', '*', 'p1'],
    ['project', 'p1', 'p1'],
    ['project', 'p2', undefined],
    ['key', 'k1', 'k1'],
    ['user', '*', 'ann'],
    ['user', 'bob', undefined],
    ['model', 'chat', 'chat'],
  ] as const)('at the level %s, for %s: %s', (level, of, expected) => {
    expect(subjectAt({ ...budget, level, subject: of }, subject)).toBe(expected);
  });

  it('LiteLLM 11083: is one more for those who name no user, so that nobody escapes by that', () => {
    const { endUser: _, ...nameless } = subject;
    expect(subjectAt({ ...budget, level: 'user' }, nameless)).toBe('');
    expect(subjectAt({ ...budget, level: 'user', subject: 'ann' }, nameless)).toBeUndefined();
  });
});

describe('the account of a budget', () => {
  const at = Date.parse('2026-11-23T12:00:00Z');

  it('is one for each budget, subject and period', () => {
    expect(budgetAccount('acme', budget, 'acme', at)).toMatchObject({
      tenantId: 'acme',
      id: 'budget#b1#acme#month-2026-11',
      limit: 100,
      limitVersion: 3,
    });
  });

  it('cannot be made to look like another by the name of a user', () => {
    const ids = ['ann', 'ann#month-2026-11', '#', '', 'x'.repeat(500)].map(
      (user) => budgetAccount('acme', budget, user, at).id,
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^budget#b1#[\w.:@~-]+#month-2026-11$/);
  });
});
