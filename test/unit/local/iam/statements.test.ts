// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like that.
import { describe, expect, it } from 'vitest';
import { compilePolicy, evaluateAccess, PolicyError } from '../../../../lib/local/iam/index.ts';
import { isAllowed, isDenied, request, roleArn } from './support.ts';

describe('Action', () => {
  it.each([
    ['dynamodb:GetItem', true],
    ['DynamoDB:getitem', true],
    ['dynamodb:*', true],
    ['dynamodb:Get*', true],
    ['dynamodb:???Item', true],
    ['*', true],
    ['dynamodb:GetItems', false],
    ['dynamodb:GetIte', false],
    ['dynamodb:???Items', false],
    ['dynamodb:*Items', false],
    ['s3:*', false],
    [['s3:*', 'dynamodb:GetItem'], true],
  ])('%j is about dynamodb:GetItem: %s', (action, expected) => {
    expect(isAllowed({ Action: action })).toBe(expected);
    expect(isAllowed({ NotAction: action })).toBe(!expected);
  });
});

describe('Resource', () => {
  const object = 'arn:aws:s3:::data/tenants/t1/file.txt';
  it.each([
    [object, true],
    ['*', true],
    ['arn:aws:s3:::data/*', true],
    ['arn:aws:s3:::*', true],
    ['arn:aws:s3:::data/*/t?/*.txt', true],
    // Wildcards go over colons and slashes.
    ['arn:*.txt', true],
    ['arn:aws:s3:::data/*/t?/*.pdf', false],
    ['arn:aws:s3:::Data/*', false],
    ['arn:aws:s3:::data', false],
    ['arn:aws:s3:::data/tenants/t1/file.txt?', false],
    [['arn:aws:s3:::other', 'arn:aws:s3:::data/*'], true],
  ])('%j is about an object: %s', (resource, expected) => {
    expect(isAllowed({ Resource: resource }, { resource: object })).toBe(expected);
    expect(isAllowed({ NotResource: resource }, { resource: object })).toBe(!expected);
  });

  it('takes time in proportion to its length, however many wildcards it has', () => {
    const resource = `arn:aws:s3:::${'a'.repeat(2_000)}`;
    expect(isAllowed({ Resource: `arn:aws:s3:::${'a*'.repeat(500)}b` }, { resource })).toBe(false);
  });

  it('names nothing when an action has no resource, unless it is a star', () => {
    expect(isAllowed({ Resource: 'arn:aws:s3:::data' }, { resource: '*' })).toBe(false);
    expect(isAllowed({ Resource: '*' }, { resource: '*' })).toBe(true);
  });
});

describe('policy variables', () => {
  const key = (name: string) => `arn:aws:s3:::data/${name}`;

  it.each([
    ['${aws:PrincipalTag/tenantId}/*', 't1/a', true],
    ['${AWS:principaltag/TENANTID}/*', 't1/a', true],
    ['${ aws:PrincipalTag/tenantId }/*', 't1/a', true],
    ['${aws:PrincipalTag/tenantId}/*', 't2/a', false],
    ['${aws:username}/*', '/a', false],
    ["${aws:username, 'nobody'}/*", 'nobody/a', true],
    ["${aws:PrincipalTag/tenantId, 'nobody'}/*", 'nobody/a', false],
    ['a${*}b', 'a*b', true],
    ['a${*}b', 'axb', false],
    ['a${?}b', 'a?b', true],
    ['a${?}b', 'axb', false],
    ['${$}{aws:username}', '${aws:username}', true],
    ['${aws:TagKeys}', 'one', false],
  ])('%s is about %s: %s', (resource, name, expected) => {
    const context = { 'aws:PrincipalTag/tenantId': 't1', 'aws:TagKeys': ['one', 'two'] };
    expect(isAllowed({ Resource: key(resource) }, { resource: key(name), context })).toBe(expected);
  });

  it.each(['*', '?', '\u0001', '${aws:userid}'])('takes %j in a value for no more than it is', (value) => {
    const context = { 'aws:PrincipalTag/tenantId': value, 'aws:userid': 't2' };
    const Resource = key('${aws:PrincipalTag/tenantId}');
    expect(isAllowed({ Resource }, { resource: key('t2'), context })).toBe(false);
    expect(isAllowed({ Resource }, { resource: key('2'), context })).toBe(false);
    expect(isAllowed({ Resource }, { resource: key(value), context })).toBe(true);
  });

  it('permit nothing without a value, whichever way round they are used', () => {
    const text = key('${aws:username}');
    expect(isAllowed({ NotResource: text }, { resource: key('a') })).toBe(false);
    expect(isDenied({ NotResource: text }, { resource: key('a') })).toBe(true);
    const Condition = { StringNotEquals: { 's3:prefix': '${aws:username}' } };
    expect(isAllowed({ Condition }, { context: { 's3:prefix': 'a' } })).toBe(false);
    expect(isDenied({ Condition }, { context: { 's3:prefix': 'a' } })).toBe(true);
  });

  it.each(['2008-10-17', undefined])('are letters like others in version %s', (version) => {
    const document = {
      ...(version && { Version: version }),
      Statement: { Effect: 'Allow', Action: '*', Resource: key('${aws:username}') },
    };
    const identity = [compilePolicy({ name: 'P', document })];
    const decide = (resource: string) =>
      evaluateAccess(request({ resource, context: { 'aws:username': 'ann' } }), {
        identity,
        resourceKind: 'none',
      }).allowed;
    expect(decide(key('ann'))).toBe(false);
    expect(decide(key('${aws:username}'))).toBe(true);
  });
});

describe('a policy that is not understood', () => {
  const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };

  it.each([
    ['no object', []],
    ['the element Statements is not known', { Statement: allow, Statements: [] }],
    ['no Statement', { Version: '2012-10-17' }],
    ['version 2020-01-01', { Version: '2020-01-01', Statement: allow }],
    ['Effect', { Statement: { ...allow, Effect: 'allow' } }],
    ['the element Ressource', { Statement: { ...allow, Ressource: '*' } }],
    ['either Action or NotAction', { Statement: { ...allow, NotAction: 's3:*' } }],
    ['either Action or NotAction', { Statement: { Effect: 'Allow', Resource: '*' } }],
    ['either Resource or NotResource', { Statement: { Effect: 'Allow', Action: '*' } }],
    ['Action has to be', { Statement: { ...allow, Action: [] } }],
    ['Resource has to be', { Statement: { ...allow, Resource: { Ref: 'Bucket' } } }],
    ['"GetObject" is no action', { Statement: { ...allow, Action: 'GetObject' } }],
    ['"s*:GetObject" is no action', { Statement: { ...allow, Action: 's*:GetObject' } }],
    ['StringEqual is not known', { Statement: { ...allow, Condition: { StringEqual: { a: 'b' } } } }],
    ['NullIfExists is not known', { Statement: { ...allow, Condition: { NullIfExists: { a: 'true' } } } }],
    ['toString is not known', { Statement: { ...allow, Condition: { toString: { a: 'true' } } } }],
    ['no value', { Statement: { ...allow, Condition: { StringNotEquals: { a: [] } } } }],
    ['no text', { Statement: { ...allow, Condition: { StringEquals: { a: { Ref: 'B' } } } } }],
    ['no text', { Statement: { ...allow, Condition: { StringEquals: { a: null } } } }],
    ['"ten" is no number', { Statement: { ...allow, Condition: { NumericEquals: { a: 'ten' } } } }],
    ['"soon" is no date', { Statement: { ...allow, Condition: { DateLessThan: { a: 'soon' } } } }],
    ['"10.0.0.0/" is no IP', { Statement: { ...allow, Condition: { IpAddress: { a: '10.0.0.0/' } } } }],
    ['"10.0.0.0/33" is no IP', { Statement: { ...allow, Condition: { IpAddress: { a: '10.0.0.0/33' } } } }],
    ['neither true nor false', { Statement: { ...allow, Condition: { Bool: { a: 'yes' } } } }],
    ['neither true nor false', { Statement: { ...allow, Condition: { Null: { a: 'yes' } } } }],
    ['Principal.Aws is not known', { Statement: { ...allow, Principal: { Aws: '*' } } }],
    ['no wildcard', { Statement: { ...allow, Principal: { AWS: 'arn:aws:iam::1:role/*' } } }],
    ['NotPrincipal', { Statement: { ...allow, NotPrincipal: { AWS: roleArn } } }],
    ['is not understood', { Version: '2012-10-17', Statement: { ...allow, Resource: 'a:b:c:d:e:${f' } }],
    ['fifth colon', { Version: '2012-10-17', Statement: { ...allow, Resource: 'a:b:${c}:d:e:f' } }],
  ])('is refused, and told why: %s', (reason, document) => {
    const compile = () => compilePolicy({ name: 'Stack.Policy', document });
    expect(compile).toThrow(PolicyError);
    expect(compile).toThrow(/^Stack\.Policy: /);
    expect(compile).toThrow(reason);
  });

  it('names the policy and the statement', () => {
    const document = { Statement: [allow, { ...allow, Sid: 'Two', Condition: { Like: { a: 'b' } } }] };
    expect(() => compilePolicy({ name: 'Stack.Policy', document })).toThrow(
      'Stack.Policy: statement Two: Condition.Like.a: the condition operator Like is not known',
    );
  });

  it.each([
    { Condition: { StringEqual: { 'aws:userid': 'nobody' } } },
    { Condition: { NumericEquals: { 'aws:userid': 'ten' } } },
    { Ressource: 'arn:aws:s3:::none' },
  ])('denies all the same: %j', (elements) => {
    expect(isDenied(elements)).toBe(true);
  });

  it('denies only what the rest of the statement is about', () => {
    const Condition = { StringEqual: { 'aws:userid': 'nobody' } };
    expect(isDenied({ Condition, Action: 's3:*' })).toBe(false);
  });
});

describe('a condition key that no request carries here', () => {
  const document = (Effect: string) => ({
    Statement: [
      { Effect: 'Allow', Action: 's3:*', Resource: '*' },
      { Effect, Action: '*', Resource: '*', Condition: { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } } },
    ],
  });
  const decide = (effect: string, action: string) =>
    evaluateAccess(request({ action }), {
      identity: [compilePolicy({ name: 'P', document: document(effect) }, (key) => key !== 'aws:sourcevpc')],
      resourceKind: 'none',
    }).allowed;

  it('allows nothing', () => {
    expect(decide('Allow', 'sqs:SendMessage')).toBe(false);
  });

  it('denies whatever its value', () => {
    expect(decide('Deny', 's3:GetObject')).toBe(false);
  });
});
