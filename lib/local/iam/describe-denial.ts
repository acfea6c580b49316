import type { AccessRequest, Decision } from './types.ts';

/**
 * AWS's own sentence about a request that is refused, and which statement it was.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function describeDenial({ action, resource, principal }: AccessRequest, decision: Decision): string {
  const who = principal.sessionArn ?? principal.arn;
  const sentence = `User: ${who} is not authorized to perform: ${action} on resource: ${resource}`;
  if (decision.allowed) return sentence;
  const { kind, because, by } = decision;
  if (kind === 'implicit') return `${sentence} because ${because}`;
  return `${sentence} with ${because}${by ? `: ${by.policy}, statement ${by.statement}` : ''}`;
}

/**
 * The statement that would allow a request, to be pasted: into the role's policy, or for a service into the policy of
 * the resource.
 */
export function missingStatement({ action, resource, principal }: AccessRequest): object {
  const who = principal.kind === 'service' ? { Principal: { Service: principal.arn } } : {};
  return { Effect: 'Allow', ...who, Action: action, Resource: resource };
}
