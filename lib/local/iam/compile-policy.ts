import { compileConditions } from './compile-condition.ts';
import { compileNotPrincipal, compilePrincipal, type PrincipalMatcher } from './compile-principal.ts';
import type { ActionPattern, CompiledPolicy, CompiledStatement, TextPattern } from './compiled-policy.ts';
import { compilePattern } from './match-pattern.ts';
import { PolicyError } from './policy-error.ts';
import { compileLike } from './text-matcher.ts';
import type { PolicySource } from './types.ts';

type JsonObject = Readonly<Record<string, unknown>>;

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

interface StatementOptions {
  readonly variables: boolean;
  readonly isKnownKey: (key: string) => boolean;
}

/**
 * Reads a policy document once, so that decisions are quick. What is not understood never permits anything: in an Allow
 * it is an error, and a Deny denies as if it were not there.
 *
 * @param isKnownKey - tells the condition keys, in lower case, that requests carry where AWS's do; a statement with
 *   another one allows nothing, or denies whatever the key's value
 * @throws PolicyError
 */
export function compilePolicy(
  { name, document }: PolicySource,
  isKnownKey: (key: string) => boolean = () => true,
): CompiledPolicy {
  if (!isObject(document)) throw new PolicyError(`${name}: the policy is no object`);
  const unknown = findUnknown(document, documentElements);
  if (unknown !== undefined) throw new PolicyError(`${name}: the element ${unknown} is not known`);
  const { Version: version = '2008-10-17', Statement: statements } = document;
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    throw new PolicyError(`${name}: the version ${String(version)} is not known`);
  }
  if (statements === undefined) throw new PolicyError(`${name}: the policy has no Statement`);
  const options: StatementOptions = { variables: version === '2012-10-17', isKnownKey };
  const compiled = [statements].flat().map((statement, index) => {
    if (!isObject(statement)) throw new PolicyError(`${name}: statement ${index} is no object`);
    const id = typeof statement.Sid === 'string' && statement.Sid !== '' ? statement.Sid : String(index);
    try {
      return compileStatement(id, statement, options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PolicyError(`${name}: statement ${id}: ${reason}`, { cause: error });
    }
  });
  return {
    name,
    denying: compiled.filter(({ effect }) => effect === 'Deny'),
    allowing: compiled.filter(({ effect }) => effect === 'Allow'),
  };
}

function compileStatement(
  id: string,
  statement: JsonObject,
  { variables, isKnownKey }: StatementOptions,
): CompiledStatement {
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error('Effect has to be Allow or Deny');
  const unknown = findUnknown(statement, statementElements);
  if (unknown !== undefined && effect === 'Allow') throw new Error(`the element ${unknown} is not known`);
  const inDoubt = effect === 'Deny';
  const action = oneOf(statement, 'Action', 'NotAction');
  const resource = oneOf(statement, 'Resource', 'NotResource');
  return {
    id,
    effect,
    actions: action.texts.map(compileAction),
    notActions: action.negated,
    resources: resource.texts.map((text) => compileResource(text, variables)),
    notResources: resource.negated,
    ...compileWho(statement, effect),
    conditions: compileConditions(statement.Condition, { variables, inDoubt, isKnownKey }),
  };
}

/** The principals of a statement, of which a Deny that is not understood takes everyone. */
function compileWho(
  { Principal: named, NotPrincipal: excepted }: JsonObject,
  effect: 'Allow' | 'Deny',
): Pick<CompiledStatement, 'principal' | 'exceptsPrincipals'> {
  if (named === undefined && excepted === undefined) return {};
  try {
    if (named !== undefined && excepted !== undefined) {
      throw new Error('it has to have either Principal or NotPrincipal');
    }
    if (named !== undefined) return { principal: compilePrincipal(named) };
    if (effect === 'Allow') throw new Error('IAM has no NotPrincipal in an Allow: name who may');
    const isDenied = compileNotPrincipal(excepted);
    return { principal: (who) => (isDenied(who) ? 'everyone' : undefined), exceptsPrincipals: true };
  } catch (error) {
    if (effect === 'Allow') throw error;
    const everyone: PrincipalMatcher = () => 'everyone';
    return { principal: everyone };
  }
}

function compileAction(text: string): ActionPattern {
  if (text !== '*' && !/^[a-z0-9-]+:[a-z0-9*?]+$/i.test(text)) {
    throw new Error(`"${text}" is no action: it has to look like dynamodb:GetItem`);
  }
  return { text, matches: compilePattern(text.toLowerCase()) };
}

function compileResource(text: string, variables: boolean): TextPattern {
  if (variables && text.split(':').slice(0, 5).join(':').includes('${')) {
    throw new Error(`"${text}": IAM takes a variable only after the fifth colon of an ARN`);
  }
  return { text, matches: compileLike(text, variables) };
}

function oneOf(statement: JsonObject, name: string, negation: string) {
  const negated = statement[name] === undefined;
  const value = statement[negated ? negation : name];
  if (value === undefined || (!negated && statement[negation] !== undefined)) {
    throw new Error(`it has to have either ${name} or ${negation}`);
  }
  const texts = [value].flat();
  if (texts.length === 0 || !texts.every((text): text is string => typeof text === 'string')) {
    throw new Error(`${negated ? negation : name} has to be a text or a list of texts`);
  }
  return { texts, negated };
}

function findUnknown(object: JsonObject, known: ReadonlySet<string>): string | undefined {
  return Object.keys(object).find((key) => !known.has(key));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
