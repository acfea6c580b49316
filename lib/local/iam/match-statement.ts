import type { PrincipalMatch } from './compile-principal.ts';
import type { ActionPattern, CompiledStatement } from './compiled-policy.ts';
import type { AccessRequest, StatementId } from './types.ts';

/** A request, and what is worked out once for all statements. */
export interface Question {
  readonly request: AccessRequest;
  /** In lower case. */
  readonly action: string;
  /** A permissions boundary bounds whoever asks. */
  readonly isBounded: boolean;
}

/** A statement that is about the request. */
export interface StatementMatch {
  readonly statement: CompiledStatement;
  readonly policy: string;
  /** The pattern of the action that matched; undefined for a NotAction. */
  readonly action: ActionPattern | undefined;
  /** How the statement names whoever asks; undefined where it names nobody. */
  readonly principal: PrincipalMatch | undefined;
}

/** @returns undefined where the statement is about something else */
export function matchStatement(
  statement: CompiledStatement,
  policy: string,
  question: Question,
): StatementMatch | undefined {
  const action = findAction(statement, question);
  if ((action !== undefined) === statement.notActions) return undefined;
  const principal = principalOf(statement, question);
  if (statement.principal !== undefined && principal === undefined) return undefined;
  if (!matchesResource(statement, question)) return undefined;
  for (const { holds } of statement.conditions) {
    if (!holds(question.request.context)) return undefined;
  }
  return { statement, policy, action, principal };
}

/** True where the statement is about the action, and about whoever asks. */
export function isAboutAction(statement: CompiledStatement, question: Question): boolean {
  if ((findAction(statement, question) !== undefined) === statement.notActions) return false;
  return statement.principal === undefined || principalOf(statement, question) !== undefined;
}

/** True where the statement is about the resource. In doubt a Deny is, and an Allow is not. */
export function matchesResource(
  { resources, notResources, effect }: CompiledStatement,
  { request: { resource, context } }: Question,
): boolean {
  let isUnclear = false;
  for (const { matches } of resources) {
    const found = matches(resource, context);
    if (found === true) return !notResources;
    if (found === undefined) isUnclear = true;
  }
  return notResources && (!isUnclear || effect === 'Deny');
}

/** As decisions name it. */
export function toStatementId({ policy, statement, action }: StatementMatch): StatementId {
  return { policy, statement: statement.id, ...(action && { action: action.text }) };
}

function findAction({ actions }: CompiledStatement, { action }: Question): ActionPattern | undefined {
  for (const pattern of actions) if (pattern.matches(action)) return pattern;
  return undefined;
}

/**
 * A NotPrincipal excepts nobody whom a permissions boundary bounds.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
function principalOf(
  { principal, exceptsPrincipals }: CompiledStatement,
  { request, isBounded }: Question,
): PrincipalMatch | undefined {
  return exceptsPrincipals === true && isBounded ? 'everyone' : principal?.(request.principal);
}
