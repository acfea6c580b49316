import type { DeployedResource } from '../../deployment/deploy-stack.ts';
import type { Decision } from '../../iam/index.ts';
import type { Check } from '../check.ts';
import type { Enforcer } from '../enforcer.ts';

/** Why a service does not make a resource. */
export interface Unmet {
  /** The service's own sentence, or one in its place. */
  readonly message: string;
  readonly because: string;
}

/**
 * What a service needs to be allowed for a resource. Some services look when the resource is made and refuse it; others
 * fail later, when nobody looks. Here all of them refuse at once.
 */
export type Requirement = (
  resource: DeployedResource,
  enforcer: Enforcer,
  resources: readonly DeployedResource[],
) => Unmet | undefined;

/** The first of several decisions that is a refusal. */
export function firstUnmet(
  message: string,
  decisions: Iterable<readonly [what: string, Decision]>,
): Unmet | undefined {
  for (const [what, decision] of decisions) {
    if (!decision.allowed) return { message, because: `${what}: ${decision.because}` };
  }
  return undefined;
}

/** Whether a service may act with a role, and the role may do what the service will. */
export function* roleDecisions(
  enforcer: Enforcer,
  service: string,
  roleArn: string,
  checks: readonly Check[],
): Generator<readonly [string, Decision]> {
  const { accountId } = enforcer.scope;
  const assumption: Check = {
    action: 'sts:AssumeRole',
    resource: roleArn,
    context: [['aws:sourceaccount', [accountId]]],
  };
  yield ['sts:AssumeRole', enforcer.allowsService(service, assumption)];
  for (const check of checks) {
    yield [`${check.action} on ${check.resource}`, enforcer.allowsRole(roleArn, check)];
  }
}

/** Whether a service may do something in its own name, on behalf of a resource of this account. */
export function* serviceDecisions(
  enforcer: Enforcer,
  service: string,
  sourceArn: string,
  checks: readonly Check[],
): Generator<readonly [string, Decision]> {
  for (const check of checks) {
    const context = [
      ['aws:sourcearn', [sourceArn]],
      ['aws:sourceaccount', [enforcer.scope.accountId]],
      ...(check.context ?? []),
    ] as const;
    yield [`${check.action} on ${check.resource}`, enforcer.allowsService(service, { ...check, context })];
  }
}
