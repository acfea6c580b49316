import { describe, expect, it } from 'vitest';
import { type ApplicablePolicies, evaluateAccess, type Principal } from '../../../../lib/local/iam/index.ts';
import { accountId, policy, request, role, roleArn, sessionArn } from './support.ts';

const action = 'dynamodb:GetItem';
const allow = { Action: action };
const deny = { Effect: 'Deny', Action: action };
const other = { Action: 'dynamodb:PutItem' };
const yes = [policy('yes', allow)];
const no = [policy('no', other)];
const never = [policy('never', deny, {})];

type Case = [name: string, policies: Partial<ApplicablePolicies>, expected: string];

/** `allowed`, or why not. */
function decide(policies: Partial<ApplicablePolicies>, principal: Principal = role): string {
  const decision = evaluateAccess(request({ principal }), {
    identity: [],
    resourceKind: 'same-account',
    ...policies,
  });
  return decision.allowed ? 'allowed' : decision.because.split(':')[0] + (decision.by ? '!' : '');
}

const lacks = (kind: string) => `no ${kind} allows the dynamodb`;
const resource = (Principal: unknown, elements: object = allow) =>
  policy('resource', { ...elements, Principal });

describe('policies of the role', () => {
  it.each<Case>([
    ['none', {}, lacks('identity-based policy')],
    ['one of several allows', { identity: [...no, ...yes] }, 'allowed'],
    ['one denies', { identity: [...yes, ...never] }, 'an explicit deny in an identity-based policy!'],
    ['boundary allows', { identity: yes, boundary: yes }, 'allowed'],
    ['boundary is silent', { identity: yes, boundary: no }, lacks('permissions boundary')],
    ['boundary is empty', { identity: yes, boundary: [] }, lacks('permissions boundary')],
    ['boundary alone', { identity: no, boundary: yes }, lacks('identity-based policy')],
    ['boundary denies', { identity: yes, boundary: never }, 'an explicit deny in a permissions boundary!'],
    ['session allows', { identity: yes, session: yes }, 'allowed'],
    ['session is silent', { identity: yes, session: no }, lacks('session policy')],
    ['session is empty', { identity: yes, session: [] }, lacks('session policy')],
    ['session alone', { identity: no, session: yes }, lacks('identity-based policy')],
    ['session denies', { identity: yes, session: never }, 'an explicit deny in a session policy!'],
    ['all allow', { identity: yes, boundary: yes, session: yes }, 'allowed'],
    [
      'boundary silent, session allows',
      { identity: yes, boundary: no, session: yes },
      lacks('permissions boundary'),
    ],
  ])('%s', (_, policies, expected) => {
    expect(decide(policies)).toBe(expected);
  });

  it('name nobody: what names somebody allows nothing', () => {
    expect(decide({ identity: [policy('P', { ...allow, Principal: '*' })] })).toBe(
      lacks('identity-based policy'),
    );
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
describe('a policy of the resource in the same account', () => {
  const ofRole = { Condition: { ArnEquals: { 'aws:PrincipalArn': roleArn } } };
  // Of two statements that allow, the one that bounds least counts, wherever it stands.
  const wildcardForRole = policy(
    'resource',
    { ...allow, Principal: '*' },
    { ...allow, ...ofRole, Principal: '*' },
  );
  const context = { 'aws:PrincipalArn': roleArn };

  it.each<Case>([
    ['names the role', { resource: resource({ AWS: roleArn }) }, 'allowed'],
    ['names the role among others', { resource: resource({ AWS: ['999999999999', roleArn] }) }, 'allowed'],
    ['names the session', { resource: resource({ AWS: sessionArn }) }, 'allowed'],
    ['names everyone', { resource: resource('*') }, 'allowed'],
    ['names every AWS principal', { resource: resource({ AWS: '*' }) }, 'allowed'],
    ['names another role', { resource: resource({ AWS: `${roleArn}2` }) }, lacks('identity-based policy')],
    [
      'names another session',
      { resource: resource({ AWS: `${sessionArn}2` }) },
      lacks('identity-based policy'),
    ],
    [
      'names a service',
      { resource: resource({ Service: 'sns.amazonaws.com' }) },
      lacks('identity-based policy'),
    ],
    [
      'names who signed in elsewhere',
      { resource: resource({ Federated: '*' }) },
      lacks('identity-based policy'),
    ],
    [
      'names a canonical user',
      { resource: resource({ CanonicalUser: 'a' }) },
      lacks('identity-based policy'),
    ],
    ['names nobody', { resource: policy('resource', allow) }, lacks('identity-based policy')],
    ['names the account', { resource: resource({ AWS: accountId }) }, lacks('identity-based policy')],
    ['is silent', { resource: resource('*', other), identity: yes }, 'allowed'],
    [
      'denies',
      { resource: resource('*', deny), identity: yes },
      'an explicit deny in a resource-based policy!',
    ],
    [
      'denies the account',
      { resource: resource({ AWS: accountId }, deny), identity: yes },
      'an explicit deny in a resource-based policy!',
    ],
    ['denies another', { resource: resource({ AWS: '999999999999' }, deny), identity: yes }, 'allowed'],
    ['does not count', { resource: resource('*'), resourceKind: 'none' }, lacks('identity-based policy')],
    [
      'denies though it does not count',
      { resource: resource('*', deny), resourceKind: 'none', identity: yes },
      'an explicit deny in a resource-based policy!',
    ],
    // The role's permission is bounded, the session's own is not.
    [
      'names the role, boundary silent',
      { resource: resource({ AWS: roleArn }), boundary: no },
      lacks('permissions boundary'),
    ],
    [
      'names the role, session policy silent',
      { resource: resource({ AWS: roleArn }), session: no },
      lacks('session policy'),
    ],
    [
      'names the session, boundary silent',
      { resource: resource({ AWS: sessionArn }), boundary: no },
      'allowed',
    ],
    [
      'names the session, session policy silent',
      { resource: resource({ AWS: sessionArn }), session: no },
      'allowed',
    ],
    [
      'names role and session, boundary silent',
      { resource: resource({ AWS: [roleArn, sessionArn] }), boundary: no },
      'allowed',
    ],
    [
      'names the session, the role denies',
      { resource: resource({ AWS: sessionArn }), identity: never },
      'an explicit deny in an identity-based policy!',
    ],
    [
      'names everyone, boundary silent',
      { resource: resource('*'), boundary: no },
      lacks('permissions boundary'),
    ],
  ])('%s', (_, policies, expected) => {
    expect(decide(policies)).toBe(expected);
  });

  it('is not bounded where it names everyone of a role by condition', () => {
    const policies = {
      identity: [],
      boundary: no,
      resource: wildcardForRole,
      resourceKind: 'same-account',
    } as const;
    expect(evaluateAccess(request({ context }), policies).allowed).toBe(true);
    expect(evaluateAccess(request(), policies).allowed).toBe(false);
  });

  it.each([
    { StringEquals: { 'aws:PrincipalAccount': accountId } },
    { ArnNotEquals: { 'aws:PrincipalArn': `${roleArn}2` } },
    { ArnEqualsIfExists: { 'aws:PrincipalArn': roleArn } },
  ])('is bounded where it names everyone by another condition: %j', (Condition) => {
    const asked = request({ context: { ...context, 'aws:PrincipalAccount': accountId } });
    const policies = {
      identity: [],
      resource: resource('*', { ...allow, Condition }),
      resourceKind: 'same-account',
    } as const;
    expect(evaluateAccess(asked, policies).allowed).toBe(true);
    expect(evaluateAccess(asked, { ...policies, boundary: no }).allowed).toBe(false);
  });

  it('gives the root user of the account what it gives the account', () => {
    const root: Principal = { kind: 'account', arn: accountId, accountId };
    expect(decide({ resource: resource({ AWS: `arn:aws:iam::${accountId}:root` }) }, root)).toBe('allowed');
  });

  it('lets a service in by its exact name', () => {
    const service: Principal = { kind: 'service', arn: 'logs.eu-west-1.amazonaws.com', accountId };
    expect(decide({ resource: resource({ Service: service.arn }) }, service)).toBe('allowed');
    expect(decide({ resource: resource({ Service: 'logs.amazonaws.com' }) }, service)).toBe(
      lacks('resource-based policy'),
    );
    expect(decide({ resource: resource({ AWS: accountId }) }, service)).toBe(lacks('resource-based policy'));
  });

  it('lets who has not signed in only where everyone may', () => {
    const anonymous: Principal = { kind: 'anonymous', arn: '*', accountId };
    expect(decide({ resource: resource('*') }, anonymous)).toBe('allowed');
    expect(decide({ resource: resource({ AWS: accountId }) }, anonymous)).toBe(
      lacks('resource-based policy'),
    );
  });
});

// https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
describe("a key's policy", () => {
  const root = `arn:aws:iam::${accountId}:root`;

  it.each<Case>([
    ['is not there', { identity: yes }, lacks('resource-based policy')],
    [
      'leaves it to the account, and the role may',
      { identity: yes, resource: resource({ AWS: root }) },
      'allowed',
    ],
    [
      'leaves it to the account, and the role may not',
      { identity: no, resource: resource({ AWS: root }) },
      lacks('identity-based policy'),
    ],
    [
      'leaves another action to the account',
      { identity: yes, resource: resource({ AWS: root }, other) },
      lacks('resource-based policy'),
    ],
    [
      'leaves it to another account',
      { identity: yes, resource: resource({ AWS: '999999999999' }) },
      lacks('resource-based policy'),
    ],
    ['trusts the role itself', { resource: resource({ AWS: roleArn }) }, 'allowed'],
    ['trusts everyone', { resource: resource({ AWS: '*' }) }, 'allowed'],
    [
      'trusts the role, session policy silent',
      { resource: resource({ AWS: roleArn }), session: no },
      lacks('session policy'),
    ],
    [
      'leaves it to the account, boundary silent',
      { identity: yes, resource: resource({ AWS: root }), boundary: no },
      lacks('permissions boundary'),
    ],
  ])('%s', (_, policies, expected) => {
    expect(decide({ ...policies, resourceKind: 'kms' })).toBe(expected);
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
describe('NotPrincipal', () => {
  const except = (AWS: unknown) => policy('resource', { ...deny, NotPrincipal: { AWS } });
  const denied = 'an explicit deny in a resource-based policy!';

  it.each<Case>([
    [
      'excepts a session that is named with its role and account',
      { resource: except([accountId, roleArn, sessionArn]) },
      'allowed',
    ],
    [
      'does not except a session whose role is not named',
      { resource: except([accountId, sessionArn]) },
      denied,
    ],
    [
      'does not except a session whose account is not named',
      { resource: except([roleArn, sessionArn]) },
      denied,
    ],
    ['does not except a session that is not named', { resource: except([accountId, roleArn]) }, denied],
    ['excepts everyone', { resource: except('*') }, 'allowed'],
    [
      'excepts nobody who has a permissions boundary',
      { resource: except([accountId, roleArn, sessionArn]), boundary: yes },
      denied,
    ],
  ])('%s', (_, policies, expected) => {
    expect(decide({ identity: yes, ...policies })).toBe(expected);
  });
});

describe('a decision', () => {
  it('names each statement that had to allow, with its action as written', () => {
    const decision = evaluateAccess(request(), {
      identity: [policy('Role', other, { Sid: 'Read', Action: ['dynamodb:Query', 'dynamodb:Get*'] })],
      boundary: [policy('Boundary', { NotAction: 'iam:*' })],
      session: [policy('Session', { Action: 'DynamoDB:*' })],
      resourceKind: 'none',
    });
    expect(decision).toEqual({
      allowed: true,
      by: [
        { policy: 'Role', statement: 'Read', action: 'dynamodb:Get*' },
        { policy: 'Boundary', statement: '0' },
        { policy: 'Session', statement: '0', action: 'DynamoDB:*' },
      ],
    });
  });

  it('names the statement that denies', () => {
    const decision = evaluateAccess(request(), {
      identity: [policy('Role', {}, other, { ...deny, Action: 'dynamodb:*' })],
      resourceKind: 'none',
    });
    expect(decision).toEqual({
      allowed: false,
      kind: 'explicit',
      by: { policy: 'Role', statement: '2', action: 'dynamodb:*' },
      because: 'an explicit deny in an identity-based policy',
    });
  });
});
