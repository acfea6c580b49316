import type { AccessRequest, Decision } from './types.ts';

/**
 * AWS's own sentence about a request that is refused.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function describeDenial({ action, resource, principal }: AccessRequest, decision: Decision): string {
  const who = principal.sessionArn ?? principal.arn;
  const because = decision.allowed ? '' : ` ${decision.because}`;
  const where =
    !decision.allowed && decision.by ? `: ${decision.by.policy}, statement ${decision.by.statement}` : '';
  return `User: ${who} is not authorized to perform: ${action} on resource: ${resource}${because}${where}`;
}

/** The statement of a role's policy that would allow a request. */
export function missingStatement({ action, resource }: AccessRequest): object {
  return { Effect: 'Allow', Action: action, Resource: resource };
}
