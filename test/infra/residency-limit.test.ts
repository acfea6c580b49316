import { describe, expect, it } from 'vitest';
import { synthesize } from './synthesize.ts';

function denials(input: Parameters<typeof synthesize>[0]) {
  const policies = Object.values(
    synthesize(input).template('OpenClaw-Api').findResources('AWS::IAM::Policy'),
  );
  return policies
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Deny');
}

describe('the residency of a deployment', () => {
  it('denies its functions, and what they do for tenants, every call to another region, global services apart', () => {
    const regions = ['eu-central-1', 'eu-west-1'];
    const limit = expect.objectContaining({
      NotAction: expect.not.arrayContaining(['bedrock:*', 'dynamodb:*', 's3:*', 'sts:*']),
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': regions } },
    });
    expect(denials({ region: 'eu-central-1', residency: { regions } })).toEqual([limit, limit]);
  });

  it('denies nothing where none is configured', () => {
    expect(denials({})).toEqual([]);
  });
});
