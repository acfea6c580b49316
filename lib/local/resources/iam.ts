import { roleId } from '../sts/role-identity.ts';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::IAM::Role. What it may do is read from the deployed resources together (`lib/local/access`). */
export function createRole({ globalArn, physicalName, properties }: ResourceRequest): CreatedResource {
  const name = properties.optionalText('RoleName') ?? physicalName({ maxLength: 64 });
  return {
    ref: name,
    attributes: { Arn: globalArn('iam', `role/${name}`), RoleId: roleId(name) },
  };
}

/** AWS::IAM::ManagedPolicy. */
export function createManagedPolicy({
  globalArn,
  physicalName,
  properties,
}: ResourceRequest): CreatedResource {
  const name = properties.optionalText('ManagedPolicyName') ?? physicalName({ maxLength: 128 });
  const policyArn = globalArn('iam', `policy/${name}`);
  return { ref: policyArn, attributes: { PolicyArn: policyArn } };
}
