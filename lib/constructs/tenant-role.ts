import {
  type IRole,
  type PolicyDocument,
  PolicyStatement,
  PrincipalBase,
  PrincipalPolicyFragment,
  Role,
} from 'aws-cdk-lib/aws-iam';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards, inStandards } from './acknowledge.ts';
import type { TenantResource } from './usable-resource.ts';

/** The one tag of a session, by which policies decide whose data it reaches. */
const TENANT_TAG = 'tenantId';

/**
 * The role that functions take on to reach the data of one tenant: a session of it is tagged with the tenant's id, and
 * its one policy allows what belongs to the tenant of the tag, whoever that is. A function's own role has no access to
 * such data, so that a wrong id in the code finds nothing instead of another tenant's data.
 *
 * Who takes it on is said by `BundledFunction.actsFor`, what they may do by what that returns.
 */
export class TenantRole extends Role {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: 'Reaches the data of the one tenant that its session is tagged with',
      assumedBy: new Nobody(),
      // The most for a role that another one takes on.
      maxSessionDuration: Duration.hours(1),
    });
    acknowledge(
      this,
      'The permissions of one role, which go with it; a managed policy could be given to others too',
      ...inStandards('IAMNoInlinePolicy'),
    );
  }

  /**
   * Lets a role take this one on, for one tenant at a time. It needs no permission of its own: within an account, being
   * trusted by name is enough.
   * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html
   */
  trust(role: IRole): void {
    const oneTenant = {
      StringLike: { [`aws:RequestTag/${TENANT_TAG}`]: '?*' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': [TENANT_TAG] },
    };
    this.assumeRolePolicy?.addStatements(
      new PolicyStatement({
        principals: [role],
        actions: ['sts:AssumeRole'],
        conditions: {
          ...oneTenant,
          // So that CloudTrail names the tenant of each call. The key belongs to this action alone.
          StringEquals: { 'sts:RoleSessionName': `\${aws:RequestTag/${TENANT_TAG}}` },
        },
      }),
      new PolicyStatement({ principals: [role], actions: ['sts:TagSession'], conditions: oneTenant }),
    );
  }

  /** Allows these operations on what belongs to the tenant of the session. */
  allows<Operation extends string>(
    resource: TenantResource<Operation>,
    operations: readonly NoInfer<Operation>[],
  ): void {
    const statements = resource.allowOwn(this, operations);
    acknowledgeWildcards(this, 'All that belongs to the tenant of the session, and to no other', statements);
  }
}

/** Trusts no one, until a role is named. */
class Nobody extends PrincipalBase {
  readonly policyFragment = new PrincipalPolicyFragment({});

  override addToAssumeRolePolicy(_: PolicyDocument): void {}

  override dedupeString(): undefined {
    return undefined;
  }
}
