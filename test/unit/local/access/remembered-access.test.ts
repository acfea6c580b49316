import { describe, expect, it } from 'vitest';
import type { Check } from '../../../../lib/local/access/check.ts';
import { Enforcer, type Requirement } from '../../../../lib/local/access/enforcer.ts';
import type { Session } from '../../../../lib/local/sts/session-registry.ts';

const accountId = '123456789012';
const roleArn = `arn:aws:iam::${accountId}:role/reader`;
const table = `arn:aws:dynamodb:us-east-1:${accountId}:table/t`;

const byTenant = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['acme'] } };
const byTime = { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } };

function enforcer(condition?: object, policy?: string) {
  const statement = { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*', Condition: condition ?? {} };
  const session: Session = {
    roleArn,
    accountId,
    sessionName: 's',
    tags: {},
    expiresAtMs: Number.POSITIVE_INFINITY,
    accessKeyId: 'ASIA1',
    sessionToken: 'token',
    policy,
  };
  const role = {
    arn: roleArn,
    name: 'reader',
    id: 'AROA1',
    tags: {},
    trust: { name: 'trust', document: { Version: '2012-10-17', Statement: [] } },
    identity: [{ name: 'p', document: { Version: '2012-10-17', Statement: [statement] } }],
  };
  return new Enforcer({ accountId, region: 'us-east-1', roles: [role], resources: [] }, () => session);
}

/** Asks twice and tells how often the checks were made. */
function askedOfTwo(rules: Enforcer, requirement: Partial<Requirement> = {}): number {
  let asked = 0;
  const checks = (): Check[] => {
    asked += 1;
    return [get('acme')];
  };
  const requirements = [{ name: 'GetItem t', checks, variesByCall: true, ...requirement }];
  for (let i = 0; i < 2; i += 1) rules.authorizeAgain(credentials, requirements);
  return asked;
}

const credentials = { accessKeyId: 'ASIA1', sessionToken: 'token' };
const get = (key: string): Check => ({
  action: 'dynamodb:GetItem',
  resource: table,
  context: [['dynamodb:leadingkeys', [key]]],
});

describe('what a caller may do', () => {
  it('is remembered where no policy goes by the call', () => {
    expect(askedOfTwo(enforcer())).toBe(1);
  });

  it('is asked each time where a policy goes by the items of the call', () => {
    const rules = enforcer(byTenant);
    expect(askedOfTwo(rules)).toBe(2);
    const other = { name: 'GetItem t', checks: () => [get('other')], variesByCall: true };
    expect(() => rules.authorizeAgain(credentials, [other])).toThrow('not authorized');
  });

  it('is remembered there all the same, where it is the same for each call', () => {
    expect(askedOfTwo(enforcer(byTenant), { variesByCall: false })).toBe(1);
  });

  it('is asked each time where a policy goes by the time', () => {
    expect(askedOfTwo(enforcer(byTime), { variesByCall: false })).toBe(2);
  });

  it('is asked each time in a session with a policy of its own', () => {
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: byTenant }],
    });
    expect(askedOfTwo(enforcer(undefined, policy))).toBe(2);
  });

  it('is not remembered of what was refused', () => {
    const rules = enforcer();
    const requirement = (action: string) => ({
      name: 'same',
      checks: () => [{ action, resource: '*' }],
      variesByCall: false,
    });
    for (let i = 0; i < 2; i += 1) {
      expect(() => rules.authorizeAgain(credentials, [requirement('sqs:SendMessage')])).toThrow(
        'not authorized',
      );
    }
    rules.authorizeAgain(credentials, [requirement('dynamodb:GetItem')]);
  });

  it('is remembered of nobody else', () => {
    const rules = enforcer();
    askedOfTwo(rules);
    const stranger = { ...credentials, sessionToken: 'stolen' };
    const requirement = { name: 'GetItem t', checks: () => [], variesByCall: true };
    expect(() => rules.authorizeAgain(stranger, [requirement])).toThrow('expired or invalid');
  });
});
