import { type CompiledPolicy, compilePolicy, type PolicySource } from '../iam/index.ts';
import type { ProtectedResource, RoleAccess } from './access-table.ts';
import { isKnownConditionKey } from './known-condition-keys.ts';

/** A role whose policies are ready to be asked. Who may assume it is the policy of a resource. */
export interface CompiledRole extends Omit<RoleAccess, 'identity' | 'boundary' | 'trust' | 'endpoints'> {
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: readonly CompiledPolicy[];
  readonly endpoints?: ReadonlyMap<string, CompiledPolicy>;
}

export interface CompiledResource extends Omit<ProtectedResource, 'policy'> {
  readonly policy?: CompiledPolicy;
}

/** @throws PolicyError for what is not understood */
export function compile(policy: PolicySource): CompiledPolicy {
  return compilePolicy(policy, isKnownConditionKey);
}

/** @throws PolicyError for what is not understood */
export function compileRole({ trust: _, identity, boundary, endpoints, ...role }: RoleAccess): CompiledRole {
  return {
    ...role,
    identity: identity.map(compile),
    ...(boundary && { boundary: boundary.map(compile) }),
    ...(endpoints && {
      endpoints: new Map(Object.entries(endpoints).map(([service, policy]) => [service, compile(policy)])),
    }),
  };
}

/** @throws PolicyError for what is not understood */
export function compileResource({ policy, ...resource }: ProtectedResource): CompiledResource {
  return { ...resource, ...(policy && { policy: compile(policy) }) };
}
