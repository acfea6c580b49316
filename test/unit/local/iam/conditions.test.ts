// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like that.
import { describe, expect, it } from 'vitest';
import { isAllowed, isDenied } from './support.ts';

type Wanted = string | number | boolean | readonly (string | number | boolean)[];

/** Whether a condition on one key holds; without values the request lacks the key. */
function holds(operator: string, wanted: Wanted, ...values: readonly string[]): boolean {
  const context = { 'aws:userid': 'u1', ...(values.length > 0 && { 'x:key': values }) };
  const Condition = { [operator]: { 'X:Key': wanted } };
  const allowed = isAllowed({ Condition }, { context });
  expect(isDenied({ Condition }, { context })).toBe(allowed);
  return allowed;
}

describe('operators', () => {
  it.each<[operator: string, wanted: Wanted, value: string, expected: boolean]>([
    ['StringEquals', 'john', 'john', true],
    ['StringEquals', 'john', 'John', false],
    ['StringEquals', 'j*', 'john', false],
    ['StringEquals', 'j*', 'j*', true],
    ['StringEquals', ['ann', 'john'], 'john', true],
    ['StringEquals', '${aws:userid}', 'u1', true],
    ['StringEquals', '${aws:userid}${*}', 'u1*', true],
    ['StringNotEquals', 'john', 'ann', true],
    ['StringNotEquals', ['ann', 'john'], 'ann', false],
    ['StringEqualsIgnoreCase', 'john', 'JOHN', true],
    ['StringEqualsIgnoreCase', '${aws:userid}', 'U1', true],
    ['StringNotEqualsIgnoreCase', 'john', 'JOHN', false],
    ['StringLike', 'home/*', 'home/a/b', true],
    ['StringLike', 'home/?', 'home/ab', false],
    ['StringLike', 'home/${aws:userid}/*', 'home/u1/a', true],
    ['StringLike', 'home/${aws:userid}/*', 'home/u2/a', false],
    ['StringLike', 'Home/*', 'home/a', false],
    ['StringNotLike', 'home/*', 'home/a', false],
    ['StringNotLike', 'home/*', 'away', true],
    ['NumericEquals', 10, '10.0', true],
    ['NumericNotEquals', '10', '10', false],
    ['NumericLessThan', '10', '9', true],
    ['NumericLessThan', '10', '10', false],
    ['NumericLessThanEquals', '10', '10', true],
    ['NumericGreaterThan', '9', '10', true],
    ['NumericGreaterThan', '10', '10', false],
    ['NumericGreaterThanEquals', '10', '10', true],
    ['NumericLessThan', '10', 'many', false],
    ['DateEquals', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', true],
    ['DateNotEquals', '2026-01-01', '2026-01-01T00:00:00Z', false],
    ['DateLessThan', '2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z', true],
    ['DateLessThanEquals', '1767225600', '2026-01-01T00:00:00Z', true],
    ['DateGreaterThan', '2026-01-01T00:00:00Z', '1767225601', true],
    ['DateGreaterThan', '2026', '2026-01-01T00:00:00Z', false],
    ['DateGreaterThanEquals', '2026', '2026-01-01T00:00:00Z', true],
    ['DateLessThan', '2026-01-01T00:00:00Z', 'yesterday', false],
    ['Bool', 'true', 'true', true],
    ['Bool', true, 'True', true],
    ['Bool', false, 'true', false],
    ['Bool', 'true', 'yes', false],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ6', false],
    ['IpAddress', '203.0.113.0/24', '203.0.113.9', true],
    ['IpAddress', '203.0.113.0/24', '203.0.114.9', false],
    ['IpAddress', '203.0.113.9', '203.0.113.9', true],
    ['IpAddress', '203.0.113.9', '203.0.113.8', false],
    ['IpAddress', '2001:db8:1234:5678::/64', '2001:DB8:1234:5678:0::1', true],
    ['IpAddress', '2001:db8:1234:5678::/64', '2001:db8:1234:5679::1', false],
    ['IpAddress', ['203.0.113.0/24', '2001:db8::/32'], '2001:db8::1', true],
    ['IpAddress', '0.0.0.0/0', 'nowhere', false],
    ['NotIpAddress', '203.0.113.0/24', '203.0.113.9', false],
    ['NotIpAddress', '203.0.113.0/24', '198.51.100.1', true],
    ['ArnEquals', 'arn:aws:sns:us-east-1:1:topic', 'arn:aws:sns:us-east-1:1:topic', true],
    ['ArnEquals', 'arn:aws:sns:*:1:topic', 'arn:aws:sns:us-east-1:1:topic', true],
    ['ArnLike', 'arn:aws:sns:*:1:*', 'arn:aws:sns:us-east-1:1:topic:sub', true],
    ['ArnLike', 'arn:aws:sns:us-????-1:1:t', 'arn:aws:sns:us-east-1:1:t', true],
    ['ArnEquals', 'arn:aws:sns:us-east-1:1:topic:sub', 'arn:aws:sns:us-east-1:1:topic:sub', true],
    // A wildcard stays within its part.
    ['ArnLike', 'arn:aws:sns:*:topic', 'arn:aws:sns:us-east-1:1:topic', false],
    ['ArnLike', 'arn:*:topic', 'arn:aws:sns:us-east-1:1:topic', false],
    ['ArnLike', 'arn:aws:sns:us-east-1:*:topic', 'arn:aws:sns:us-east-1:1:2:topic', false],
    ['ArnLike', 'arn:aws:iam::1:role/${aws:userid}*', 'arn:aws:iam::1:role/u1-a', true],
    ['ArnLike', 'arn:aws:iam::1:role/${aws:userid}', 'arn:aws:iam::1:role/u2', false],
    ['ArnLike', 'arn:aws:sns:*:1:*', 'topic', false],
    ['ArnNotEquals', 'arn:aws:sns:us-east-1:1:a', 'arn:aws:sns:us-east-1:1:b', true],
    ['ArnNotLike', 'arn:aws:sns:*:1:*', 'arn:aws:sns:us-east-1:1:topic', false],
    ['Null', 'true', 'something', false],
    ['Null', false, 'something', true],
  ])('%s %j with %j: %s', (operator, wanted, value, expected) => {
    expect(holds(operator, wanted, value)).toBe(expected);
  });

  it.each(['NumericNotEquals', 'DateNotEquals', 'NotIpAddress'])(
    '%s of a value that is not of its kind permits nothing',
    (operator) => {
      const wanted = operator === 'NotIpAddress' ? '10.0.0.0/8' : '2026';
      const Condition = { [operator]: { 'x:key': wanted } };
      const context = { 'x:key': 'unreadable' };
      expect(isAllowed({ Condition }, { context })).toBe(false);
      expect(isDenied({ Condition }, { context })).toBe(true);
    },
  );
});

describe('a key that the request lacks', () => {
  it.each([
    ['StringEquals', 'a', false],
    ['StringLike', '*', false],
    ['StringNotEquals', 'a', true],
    ['StringNotEqualsIgnoreCase', 'a', true],
    ['StringNotLike', '*', true],
    ['NumericLessThan', '1', false],
    ['NumericNotEquals', '1', true],
    ['DateLessThan', '2026', false],
    ['DateNotEquals', '2026', true],
    ['Bool', 'false', false],
    ['IpAddress', '0.0.0.0/0', false],
    ['NotIpAddress', '0.0.0.0/0', true],
    ['ArnLike', 'arn:*:*:*:*:*', false],
    ['ArnNotLike', 'arn:*:*:*:*:*', true],
    ['Null', 'true', true],
    ['Null', 'false', false],
    ['StringEqualsIfExists', 'a', true],
    ['BoolIfExists', 'true', true],
    ['ArnNotLikeIfExists', 'arn:*:*:*:*:*', true],
    ['ForAllValues:StringEquals', 'a', true],
    ['ForAllValues:StringNotEquals', 'a', true],
    ['ForAnyValue:StringEquals', 'a', false],
    ['ForAnyValue:StringNotEquals', 'a', false],
    ['ForAnyValue:StringEqualsIfExists', 'a', true],
  ])('%s %j: %s', (operator, wanted, expected) => {
    expect(holds(operator, wanted)).toBe(expected);
  });

  it('is one without values too', () => {
    const Condition = { Null: { 'x:key': 'true' } };
    expect(isAllowed({ Condition }, { context: { 'x:key': [] } })).toBe(true);
  });
});

describe('IfExists with a key that is there', () => {
  it.each([
    ['StringEqualsIfExists', 'a', 'a', true],
    ['StringEqualsIfExists', 'a', 'b', false],
    ['StringNotEqualsIfExists', 'a', 'a', false],
  ])('%s %j with %j: %s', (operator, wanted, value, expected) => {
    expect(holds(operator, wanted, value)).toBe(expected);
  });
});

describe('several values', () => {
  it.each<[operator: string, wanted: Wanted, values: string[], expected: boolean]>([
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', ['a'], [''], true],
    ['ForAllValues:StringNotEquals', ['a'], ['b', 'c'], true],
    ['ForAllValues:StringNotEquals', ['a'], ['a', 'c'], false],
    ['ForAllValues:StringLike', ['t1#*'], ['t1#a', 't1#b'], true],
    ['ForAllValues:StringLike', ['t1#*'], ['t1#a', 't2#b'], false],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'b'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['c', 'd'], false],
    ['ForAnyValue:StringNotEquals', ['a'], ['a', 'c'], true],
    ['ForAnyValue:StringNotEquals', ['a'], ['a'], false],
    ['ForAnyValue:StringLikeIfExists', ['a*'], ['b', 'ab'], true],
    ['StringNotEquals', ['a', 'b'], ['a', 'c'], false],
  ])('%s %j with %j: %s', (operator, wanted, values, expected) => {
    expect(holds(operator, wanted, ...values)).toBe(expected);
  });
});

describe('several conditions', () => {
  it('have to hold all, over operators and keys', () => {
    const Condition = {
      StringEquals: { 'aws:PrincipalTag/a': '1', 'aws:PrincipalTag/b': '2' },
      Bool: { 'aws:SecureTransport': 'true' },
    };
    const context = { 'aws:PrincipalTag/a': '1', 'aws:PrincipalTag/b': '2', 'aws:SecureTransport': 'true' };
    expect(isAllowed({ Condition }, { context })).toBe(true);
    for (const key of Object.keys(context)) {
      expect(isAllowed({ Condition }, { context: { ...context, [key]: 'false' } })).toBe(false);
    }
  });

  it('isolate tenants by the tag of the session', () => {
    const Condition = {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['${aws:PrincipalTag/tenantId}#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    };
    const decide = (keys: readonly string[]) =>
      isAllowed(
        { Condition },
        { context: { 'aws:PrincipalTag/tenantId': 't1', 'dynamodb:LeadingKeys': keys } },
      );
    expect(decide(['t1#a', 't1#b'])).toBe(true);
    expect(decide(['t1#a', 't2#b'])).toBe(false);
    expect(decide(['t10#a'])).toBe(false);
    expect(decide([])).toBe(false);
  });
});
