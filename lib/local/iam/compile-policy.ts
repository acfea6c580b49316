import { type CompiledCondition, compileConditions } from './compile-condition.ts';
import { compilePrincipal, type PrincipalMatcher } from './compile-principal.ts';
import { compilePattern, type Matcher } from './match-pattern.ts';
import { PolicyError } from './policy-error.ts';
import { type ContextMatcher, compileTextPattern } from './text-matcher.ts';
import type { PolicySource } from './types.ts';

interface ActionPattern {
  readonly text: string;
  readonly matches: Matcher;
}

/** A statement, ready to be asked. */
export interface CompiledStatement {
  readonly id: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly ActionPattern[];
  /** The statement is about all actions but those. */
  readonly notActions: boolean;
  readonly resources: readonly ContextMatcher[];
  readonly notResources: boolean;
  /** @default - the statement is of the principal's own policy */
  readonly principal?: PrincipalMatcher;
  readonly notPrincipal: boolean;
  readonly conditions: readonly CompiledCondition[];
}

export interface CompiledPolicy {
  readonly name: string;
  readonly statements: readonly CompiledStatement[];
}

const documentElements: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);
const statementElements: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
]);

/**
 * Reads a policy document once, so that decisions are quick.
 *
 * @param isKnownKey - tells the condition keys that requests carry; a statement with another one allows nothing, or
 *   denies whatever the key's value
 * @throws PolicyError for anything that is not understood: what is not understood must not be passed over
 */
export function compilePolicy(
  { name, document }: PolicySource,
  isKnownKey: (key: string) => boolean = () => true,
): CompiledPolicy {
  if (!isObject(document)) throw new PolicyError(`${name}: the policy is no object`);
  refuseUnknown(document, documentElements, name);
  const { Version: version = '2008-10-17', Statement: statement = [] } = document;
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    throw new PolicyError(`${name}: the version ${String(version)} is not known`);
  }
  const variables = version === '2012-10-17';
  const statements = [statement].flat();
  return {
    name,
    statements: statements.map((entry, index) =>
      compileStatement(entry, index, { policy: name, variables, isKnownKey }),
    ),
  };
}

interface PolicyScope {
  readonly policy: string;
  readonly variables: boolean;
  readonly isKnownKey: (key: string) => boolean;
}

function compileStatement(
  statement: unknown,
  index: number,
  { policy, variables, isKnownKey }: PolicyScope,
): CompiledStatement {
  const place = `${policy}: statement ${index}`;
  if (!isObject(statement)) throw new PolicyError(`${place} is no object`);
  refuseUnknown(statement, statementElements, place);
  const { Sid, Effect: effect, Principal: principal, NotPrincipal: notPrincipal } = statement;
  if (effect !== 'Allow' && effect !== 'Deny')
    throw new PolicyError(`${place}: Effect has to be Allow or Deny`);
  try {
    const actions = eitherOf(statement, 'Action', 'NotAction');
    const resources = eitherOf(statement, 'Resource', 'NotResource');
    const who = principal ?? notPrincipal;
    return {
      id: typeof Sid === 'string' && Sid !== '' ? Sid : String(index),
      effect,
      actions: actions.texts.map((text) => ({ text, matches: compilePattern(text, { ignoreCase: true }) })),
      notActions: actions.negated,
      resources: resources.texts.map((text) => compileTextPattern(text, { variables })),
      notResources: resources.negated,
      ...(who !== undefined && { principal: compilePrincipal(who) }),
      notPrincipal: principal === undefined && notPrincipal !== undefined,
      conditions: compileConditions(statement.Condition, variables, {
        isKnown: isKnownKey,
        holds: effect === 'Deny',
      }),
    };
  } catch (error) {
    throw new PolicyError(`${place}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function eitherOf(statement: Readonly<Record<string, unknown>>, name: string, negation: string) {
  const negated = statement[name] === undefined;
  const value = statement[negated ? negation : name];
  if (value === undefined || (!negated && statement[negation] !== undefined)) {
    throw new Error(`it has to have either ${name} or ${negation}`);
  }
  const texts = [value].flat();
  if (!texts.every((text): text is string => typeof text === 'string')) {
    throw new Error(`${negated ? negation : name} has to be a text or a list of texts`);
  }
  return { texts, negated };
}

function refuseUnknown(
  object: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  place: string,
): void {
  const unknown = Object.keys(object).find((key) => !known.has(key));
  if (unknown !== undefined) throw new PolicyError(`${place}: the element ${unknown} is not known`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
