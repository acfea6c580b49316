import {
  type AccessRequest,
  type CompiledPolicy,
  compilePolicy,
  evaluateAccess,
  type Principal,
} from '../../../../lib/local/iam/index.ts';

export const accountId = '111122223333';
export const roleArn = `arn:aws:iam::${accountId}:role/Api`;
export const sessionArn = `arn:aws:sts::${accountId}:assumed-role/Api/request`;
export const role: Principal = { kind: 'role', arn: roleArn, accountId, sessionArn };
export const tableArn = `arn:aws:dynamodb:eu-west-1:${accountId}:table/Budgets`;

export interface RequestOptions {
  readonly action?: string;
  readonly resource?: string;
  readonly principal?: Principal;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** A role reads an item, unless the options say otherwise. */
export function request({
  action = 'dynamodb:GetItem',
  resource = tableArn,
  principal = role,
  context = {},
}: RequestOptions = {}): AccessRequest {
  const entries = Object.entries(context).map(
    ([key, values]) => [key.toLowerCase(), [values].flat()] as const,
  );
  return { action, resource, principal, context: new Map(entries) };
}

/** A policy that is compiled, of statements that allow everything unless they say otherwise. */
export function policy(name: string, ...statements: readonly object[]): CompiledPolicy {
  const Statement = statements.map(statement);
  return compilePolicy({ name, document: { Version: '2012-10-17', Statement } });
}

/** A statement that allows everything but for what it says. */
export function statement(elements: object): object {
  return {
    Effect: 'Allow',
    ...('NotAction' in elements ? {} : { Action: '*' }),
    ...('NotResource' in elements ? {} : { Resource: '*' }),
    ...elements,
  };
}

/** Whether a role with one statement may. */
export function isAllowed(elements: object, options?: RequestOptions): boolean {
  return evaluateAccess(request(options), { identity: [policy('P', elements)], resourceKind: 'none' })
    .allowed;
}

/** Whether a statement that denies, beside one that allows everything, does deny. */
export function isDenied(elements: object, options?: RequestOptions): boolean {
  const identity = [policy('P', {}, { Effect: 'Deny', ...elements })];
  return !evaluateAccess(request(options), { identity, resourceKind: 'none' }).allowed;
}
