import { createHash } from 'node:crypto';
import type { SessionRequest } from './session-registry.ts';

/** The unique id of a role, the same on every start. */
export function roleId(roleName: string): string {
  return `AROA${createHash('sha256').update(roleName).digest('hex').slice(0, 17).toUpperCase()}`;
}

/**
 * What a session of a role is called: the ARN in policies and logs, and `aws:userid`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function assumedRole({
  roleArn,
  sessionName,
  accountId,
}: Pick<SessionRequest, 'roleArn' | 'sessionName' | 'accountId'>): {
  readonly arn: string;
  readonly userId: string;
} {
  const [, partition = 'aws'] = roleArn.split(':');
  // The ARN of a session leaves the role's path out.
  const roleName = roleArn.split('/').at(-1) ?? '';
  return {
    arn: `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
    userId: `${roleId(roleName)}:${sessionName}`,
  };
}
