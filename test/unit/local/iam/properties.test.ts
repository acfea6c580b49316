import { describe, expect, it } from 'vitest';
import { type ApplicablePolicies, compilePolicy, evaluateAccess } from '../../../../lib/local/iam/index.ts';
import { accountId, request, roleArn, sessionArn } from './support.ts';

/** The same numbers from 0 to 1 each time: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function newRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const random = newRandom(7);
const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
const actions = ['*', 's3:*', 's3:Get*', 's3:GetObject', 'sqs:SendMessage'];
const resources = ['*', 'arn:aws:s3:::a', 'arn:aws:s3:::a/*', 'arn:aws:s3:::?/k'];
const conditions = [
  {},
  {},
  { StringEquals: { 'aws:PrincipalTag/t': ['1', '2'] } },
  { StringNotEqualsIfExists: { 'aws:PrincipalTag/t': '1' } },
  { 'ForAllValues:StringLike': { 'x:keys': '1*' } },
  { 'ForAnyValue:StringLike': { 'x:keys': '1*' } },
];
const principals = [
  '*',
  { AWS: accountId },
  { AWS: roleArn },
  { AWS: sessionArn },
  { Service: 's3.amazonaws.com' },
];

function randomStatement(effect: string, ofResource: boolean): object {
  return {
    Effect: effect,
    [oneOf(['Action', 'Action', 'NotAction'])]: oneOf(actions),
    [oneOf(['Resource', 'Resource', 'NotResource'])]: oneOf(resources),
    Condition: oneOf(conditions),
    ...(ofResource && { Principal: oneOf(principals) }),
  };
}

type Layer = 'identity' | 'boundary' | 'session' | 'resource';
const layers: readonly Layer[] = ['identity', 'boundary', 'session', 'resource'];
type Documents = Readonly<Record<Layer, readonly object[] | undefined>>;

function randomDocuments(): Documents {
  const statements = (layer: Layer) =>
    Array.from({ length: Math.floor(random() * 4) }, () =>
      randomStatement(random() < 0.8 ? 'Allow' : 'Deny', layer === 'resource'),
    );
  const maybe = (layer: Layer) => (random() < 0.5 ? undefined : statements(layer));
  return {
    identity: statements('identity'),
    boundary: maybe('boundary'),
    session: maybe('session'),
    resource: maybe('resource'),
  };
}

function compile(documents: Documents, resourceKind: ApplicablePolicies['resourceKind']): ApplicablePolicies {
  const policyOf = (layer: Layer) =>
    compilePolicy({ name: layer, document: { Version: '2012-10-17', Statement: documents[layer] ?? [] } });
  return {
    resourceKind,
    identity: [policyOf('identity')],
    ...(documents.boundary && { boundary: [policyOf('boundary')] }),
    ...(documents.session && { session: [policyOf('session')] }),
    ...(documents.resource && { resource: policyOf('resource') }),
  };
}

/** Decides the same random request before and after a statement is added to a random policy. */
function decideBeforeAndAfter(effect: 'Allow' | 'Deny'): readonly [before: boolean, after: boolean] {
  const documents = randomDocuments();
  const layer = oneOf(layers.filter((name) => documents[name] !== undefined));
  const added = {
    ...documents,
    [layer]: [...(documents[layer] ?? []), randomStatement(effect, layer === 'resource')],
  };
  const kind = oneOf(['none', 'same-account', 'kms'] as const);
  const asked = request({
    action: oneOf(['s3:GetObject', 's3:PutObject', 'sqs:SendMessage']),
    resource: oneOf(['arn:aws:s3:::a', 'arn:aws:s3:::a/k', 'arn:aws:s3:::b/k']),
    context: oneOf([
      {},
      { 'aws:PrincipalTag/t': '1', 'x:keys': ['1', '12'] },
      { 'aws:PrincipalTag/t': '3', 'x:keys': ['1', '2'] },
    ]),
  });
  return [
    evaluateAccess(asked, compile(documents, kind)).allowed,
    evaluateAccess(asked, compile(added, kind)).allowed,
  ];
}

const runs = 3_000;

describe('whatever the policies', () => {
  it('one more Deny never allows more', () => {
    const pairs = Array.from({ length: runs }, () => decideBeforeAndAfter('Deny'));
    expect(pairs.filter(([before, after]) => !before && after)).toEqual([]);
    // It does deny at times: the property is not empty.
    expect(pairs.filter(([before, after]) => before && !after).length).toBeGreaterThan(20);
  });

  it('one more Allow never allows less', () => {
    const pairs = Array.from({ length: runs }, () => decideBeforeAndAfter('Allow'));
    expect(pairs.filter(([before, after]) => before && !after)).toEqual([]);
    expect(pairs.filter(([before, after]) => !before && after).length).toBeGreaterThan(20);
  });
});
