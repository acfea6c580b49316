// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like that.
import { describe, expect, it } from 'vitest';
import {
  type ApplicablePolicies,
  describeDenial,
  evaluateAccess,
  missingStatement,
  type Principal,
} from '../../../../lib/local/iam/index.ts';
import {
  accountId,
  isAllowed,
  policy,
  type RequestOptions,
  request,
  sessionArn,
  tableArn,
} from './support.ts';

function explain(policies: Partial<ApplicablePolicies>, options?: RequestOptions): string {
  const asked = request(options);
  return describeDenial(
    asked,
    evaluateAccess(asked, { identity: [], resourceKind: 'same-account', ...policies }),
  );
}

const sentence = `User: ${sessionArn} is not authorized to perform: dynamodb:GetItem on resource: ${tableArn}`;
const everything = [policy('Everything', {})];
const other = [policy('Other', { Action: 's3:*' })];
const denying = [policy('Denying', {}, { Sid: 'No', Effect: 'Deny', Action: 'dynamodb:*' })];

// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
describe('a denial', () => {
  it.each<[policies: Partial<ApplicablePolicies>, expected: string]>([
    [{ identity: other }, 'because no identity-based policy allows the dynamodb:GetItem action'],
    [
      { identity: everything, boundary: other },
      'because no permissions boundary allows the dynamodb:GetItem action',
    ],
    [
      { identity: everything, session: other },
      'because no session policy allows the dynamodb:GetItem action',
    ],
    [
      { identity: everything, resourceKind: 'kms' },
      'because no resource-based policy allows the dynamodb:GetItem action',
    ],
    [{ identity: denying }, 'with an explicit deny in an identity-based policy: Denying, statement No'],
    [
      { identity: everything, boundary: denying },
      'with an explicit deny in a permissions boundary: Denying, statement No',
    ],
    [
      { identity: everything, session: denying },
      'with an explicit deny in a session policy: Denying, statement No',
    ],
    [
      { identity: everything, resource: policy('Queue', { Effect: 'Deny', Principal: '*' }) },
      'with an explicit deny in a resource-based policy: Queue, statement 0',
    ],
  ])('reads as AWS words it: %#', (policies, expected) => {
    expect(explain(policies)).toBe(`${sentence} ${expected}`);
  });

  it('tells on which resources the action is allowed', () => {
    const identity = [policy('Api.Policy', { Action: 'dynamodb:*', Resource: ['arn:a', 'arn:b'] })];
    expect(explain({ identity })).toBe(
      `${sentence} because no identity-based policy allows the dynamodb:GetItem action: ` +
        `Api.Policy, statement 0, allows it on arn:a or arn:b, which ${tableArn} is not`,
    );
  });

  it('tells which condition fails, and what the request has', () => {
    const Condition = { StringEquals: { 'dynamodb:LeadingKeys': '${aws:PrincipalTag/tenantId}' } };
    const identity = [policy('Api.Policy', { Resource: 'arn:a' }, { Sid: 'Tenant', Condition })];
    const context = { 'dynamodb:LeadingKeys': ['t1', 't2'], 'aws:PrincipalTag/tenantId': 't3' };
    expect(explain({ identity }, { context })).toBe(
      `${sentence} because no identity-based policy allows the dynamodb:GetItem action: Api.Policy, statement Tenant, ` +
        'asks for StringEquals dynamodb:LeadingKeys ${aws:PrincipalTag/tenantId}, ' +
        'and dynamodb:leadingkeys is t1, t2, and aws:principaltag/tenantid is t3',
    );
    expect(explain({ identity })).toContain('and the request has no dynamodb:leadingkeys');
  });
});

describe('the missing statement', () => {
  it('allows the request', () => {
    const asked = request();
    expect(missingStatement(asked)).toEqual({
      Effect: 'Allow',
      Action: 'dynamodb:GetItem',
      Resource: tableArn,
    });
    expect(isAllowed(missingStatement(asked))).toBe(true);
  });

  it('names the service that asks', () => {
    const principal: Principal = { kind: 'service', arn: 'sns.amazonaws.com', accountId };
    const asked = request({ principal });
    const resource = policy('Queue', missingStatement(asked));
    expect(evaluateAccess(asked, { identity: [], resource, resourceKind: 'same-account' }).allowed).toBe(
      true,
    );
  });
});
