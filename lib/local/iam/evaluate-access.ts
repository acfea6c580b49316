import { isStronger } from './compile-principal.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import { matchStatement, type Question, type StatementMatch, toStatementId } from './match-statement.ts';
import { describeNearestMiss } from './nearest-miss.ts';
import type { AccessRequest, Decision } from './types.ts';

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
   * keys and for assuming a role. `same-account`: either side is enough. `none`: only the role's policies allow.
   */
  readonly resourceKind: 'none' | 'same-account' | 'kms';
}

type PolicyKind =
  | 'identity-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'resource-based policy';

const none: readonly CompiledPolicy[] = [];

/**
 * Decides as IAM does within one account: a deny anywhere wins; otherwise the role's policies or the resource's have to
 * allow, and the boundary and the session's policy too.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 */
export function evaluateAccess(request: AccessRequest, policies: ApplicablePolicies): Decision {
  const { identity, boundary, session, resource, resourceKind } = policies;
  const question: Question = {
    request,
    action: request.action.toLowerCase(),
    isBounded: boundary !== undefined,
  };
  const ofResource = resource ? [resource] : none;
  const denied =
    denial(identity, 'identity-based policy', question) ??
    denial(boundary, 'permissions boundary', question) ??
    denial(session, 'session policy', question) ??
    denial(ofResource, 'resource-based policy', question);
  if (denied) return denied;

  const byResource = resource && resourceKind !== 'none' ? strongestAllow(resource, question) : undefined;
  if (byResource && isUnlimited(byResource)) return { allowed: true, by: [toStatementId(byResource)] };
  const isLeftToIdentity = resourceKind !== 'kms' || byResource?.principal === 'account';
  const granting =
    (isLeftToIdentity ? findAllow(identity, question) : undefined) ??
    (byResource && isTrusted(byResource) ? byResource : undefined);
  if (!granting) {
    return isLeftToIdentity && request.principal.kind === 'role'
      ? implicitDenial(identity, 'identity-based policy', question)
      : implicitDenial(ofResource, 'resource-based policy', question);
  }
  const byBoundary = boundary && findAllow(boundary, question);
  if (boundary && !byBoundary) return implicitDenial(boundary, 'permissions boundary', question);
  const bySession = session && findAllow(session, question);
  if (session && !bySession) return implicitDenial(session, 'session policy', question);
  const by = [granting, byBoundary, bySession].filter((match) => match !== undefined);
  return { allowed: true, by: by.map(toStatementId) };
}

/** The resource's policy trusts whoever asks; trust in the account leaves the decision to the account. */
function isTrusted({ principal }: StatementMatch): boolean {
  return principal === 'role' || principal === 'everyone' || isDirect(principal);
}

function isDirect(principal: StatementMatch['principal']): boolean {
  return principal === 'session' || principal === 'service';
}

/**
 * The permission is the session's own, so that neither boundary nor session policy bounds it: the statement names the
 * session, or everyone whose `aws:PrincipalArn` is that of the role.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
 */
function isUnlimited({ principal, statement }: StatementMatch): boolean {
  if (principal !== 'everyone') return isDirect(principal);
  return statement.conditions.some(
    ({ key, operator }) => key === 'aws:principalarn' && /^(String|Arn)(Equals|Like)$/.test(operator),
  );
}

function findAllow(policies: readonly CompiledPolicy[], question: Question): StatementMatch | undefined {
  for (const { name, allowing } of policies) {
    for (const statement of allowing) {
      // A policy of an identity or a session names nobody. IAM takes none that does.
      const match = statement.principal ? undefined : matchStatement(statement, name, question);
      if (match) return match;
    }
  }
  return undefined;
}

/** Of the statements of a resource's policy that allow, the one that names whoever asks most exactly. */
function strongestAllow({ name, allowing }: CompiledPolicy, question: Question): StatementMatch | undefined {
  let best: StatementMatch | undefined;
  for (const statement of allowing) {
    const match = matchStatement(statement, name, question);
    if (!match) continue;
    if (isUnlimited(match)) return match;
    if (isStronger(match.principal, best?.principal)) best = match;
  }
  return best;
}

function denial(
  policies: readonly CompiledPolicy[] = none,
  kind: PolicyKind,
  question: Question,
): Decision | undefined {
  for (const { name, denying } of policies) {
    for (const statement of denying) {
      const match = matchStatement(statement, name, question);
      if (!match) continue;
      const article = kind === 'identity-based policy' ? 'an' : 'a';
      const because = `an explicit deny in ${article} ${kind}`;
      return { allowed: false, kind: 'explicit', by: toStatementId(match), because };
    }
  }
  return undefined;
}

function implicitDenial(policies: readonly CompiledPolicy[], kind: PolicyKind, question: Question): Decision {
  const because = `no ${kind} allows the ${question.request.action} action`;
  const miss = describeNearestMiss(policies, question);
  return { allowed: false, kind: 'implicit', because: miss === undefined ? because : `${because}: ${miss}` };
}
