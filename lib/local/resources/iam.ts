import { createHash } from 'node:crypto';
import type { CreatedResource, ResourceRequest } from './resource-handler.ts';

/** AWS::IAM::Role. A name only: nothing checks permissions here. */
export function createRole({ arn, physicalName, properties }: ResourceRequest): CreatedResource {
  const name = properties.optionalText('RoleName') ?? physicalName({ maxLength: 64 });
  const id = createHash('sha256').update(name).digest('hex').slice(0, 17).toUpperCase();
  return {
    ref: name,
    // IAM belongs to no region.
    attributes: {
      Arn: arn('iam', `role/${name}`).replace(/^(arn:aws:iam:)[^:]*/, '$1'),
      RoleId: `AROA${id}`,
    },
  };
}

/** AWS::IAM::ManagedPolicy. */
export function createManagedPolicy({ arn, physicalName, properties }: ResourceRequest): CreatedResource {
  const name = properties.optionalText('ManagedPolicyName') ?? physicalName({ maxLength: 128 });
  const policyArn = arn('iam', `policy/${name}`).replace(/^(arn:aws:iam:)[^:]*/, '$1');
  return { ref: policyArn, attributes: { PolicyArn: policyArn } };
}
