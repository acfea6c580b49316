import type { CompiledPolicy, CompiledStatement } from './compile-policy.ts';
import type { PrincipalMatch } from './compile-principal.ts';
import type { AccessRequest, Decision, StatementId } from './types.ts';

/** Everything that has a say in a request. */
export interface ApplicablePolicies {
  /** Of the role. */
  readonly identity: readonly CompiledPolicy[];
  /** Bounds what the role's policies allow. @default - nothing does */
  readonly boundary?: readonly CompiledPolicy[];
  /** Bounds what the session may. @default - nothing does */
  readonly session?: readonly CompiledPolicy[];
  /** Of the resource itself. @default - it has none */
  readonly resource?: CompiledPolicy;
  /**
   * `kms`: the role's policies count only where the resource's policy leaves it to the account whom to trust, as for
   * keys and for assuming a role. Otherwise either side is enough within one account.
   */
  readonly resourceKind: 'none' | 'same-account' | 'kms';
}

interface Match extends StatementId {
  readonly principal: PrincipalMatch;
}

/**
 * Decides as IAM does within one account: a deny anywhere wins; otherwise the role's policies or the resource's have to
 * allow, and the boundary and the session's policy too.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
 */
export function evaluateAccess(request: AccessRequest, policies: ApplicablePolicies): Decision {
  const { identity, boundary, session, resource, resourceKind } = policies;
  const sides: readonly (readonly [readonly CompiledPolicy[] | undefined, string])[] = [
    [identity, 'an identity-based policy'],
    [boundary, 'a permissions boundary'],
    [session, 'a session policy'],
    [resource && [resource], 'a resource-based policy'],
  ];
  for (const [side, title] of sides) {
    const denying = find(side ?? [], 'Deny', request);
    if (denying)
      return { allowed: false, kind: 'explicit', by: denying, because: `with an explicit deny in ${title}` };
  }
  const byResource = resource && strongest(resource, request);
  // The resource trusts the session itself: nothing bounds that.
  if (byResource?.principal === 'session' || byResource?.principal === 'service') return allow(byResource);
  const delegated = byResource?.principal === 'account';
  const byIdentity =
    resourceKind === 'kms' && !delegated && !trusts(byResource)
      ? undefined
      : find(identity, 'Allow', request);
  const granting = byIdentity ?? (trusts(byResource) ? byResource : undefined);
  if (!granting) {
    const lacking = resourceKind === 'kms' && !delegated ? 'resource-based' : 'identity-based';
    return implicit(`because no ${lacking} policy allows the ${request.action} action`);
  }
  const used: Match[] = [granting];
  for (const [side, title] of [
    [boundary, 'permissions boundary'],
    [session, 'session policy'],
  ] as const) {
    if (side === undefined) continue;
    const bounding = find(side, 'Allow', request);
    if (!bounding) return implicit(`because no ${title} allows the ${request.action} action`);
    used.push(bounding);
  }
  return { allowed: true, by: used.map(toId) };
}

/** Trust in the role or in everyone is permission enough; trust in the account leaves the decision to it. */
function trusts(match: Match | undefined): match is Match {
  return match?.principal === 'role' || match?.principal === 'everyone';
}

function allow(match: Match): Decision {
  return { allowed: true, by: [toId(match)] };
}

function implicit(because: string): Decision {
  return { allowed: false, kind: 'implicit', because };
}

function find(
  policies: readonly CompiledPolicy[],
  effect: 'Allow' | 'Deny',
  request: AccessRequest,
): Match | undefined {
  for (const { name, statements } of policies) {
    for (const statement of statements) {
      if (statement.effect !== effect) continue;
      const match = matchStatement(statement, name, request);
      if (match) return match;
    }
  }
  return undefined;
}

const strength: readonly PrincipalMatch[] = ['account', 'everyone', 'role', 'service', 'session'];

/** Of the statements of a resource's policy that allow, the one that names the caller most exactly. */
function strongest({ name, statements }: CompiledPolicy, request: AccessRequest): Match | undefined {
  let best: Match | undefined;
  for (const statement of statements) {
    if (statement.effect !== 'Allow') continue;
    const match = matchStatement(statement, name, request);
    if (match && strength.indexOf(match.principal) > strength.indexOf(best?.principal)) best = match;
  }
  return best;
}

function matchStatement(
  statement: CompiledStatement,
  policy: string,
  { action, resource, context, principal }: AccessRequest,
): Match | undefined {
  const pattern = statement.actions.find(({ matches }) => matches(action));
  if ((pattern !== undefined) === statement.notActions) return undefined;
  const named = statement.principal?.(principal);
  if (statement.principal && (named !== undefined) === statement.notPrincipal) return undefined;
  const onResource = statement.resources.some((matches) => matches(resource, context));
  if (onResource === statement.notResources) return undefined;
  if (!statement.conditions.every(({ holds }) => holds(context))) return undefined;
  return {
    policy,
    statement: statement.id,
    ...(pattern && { action: pattern.text }),
    principal: statement.notPrincipal ? 'everyone' : named,
  };
}

function toId({ principal: _, ...id }: Match): StatementId {
  return id;
}
