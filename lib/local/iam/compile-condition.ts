import { type Comparison, conditionOperators } from './condition-operators.ts';
import type { ConditionContext } from './types.ts';

/** One key of a condition block. */
export interface CompiledCondition {
  /** As the policy writes it, for messages. */
  readonly text: string;
  readonly holds: (context: ConditionContext) => boolean;
}

/** What a condition comes to whose key nobody gives a value, though AWS would. */
export interface UnknownKey {
  /** Takes the key in lower case. @default - all are known */
  readonly isKnown?: (key: string) => boolean;
  /** True to have the condition hold, as is safe for a denial. */
  readonly holds?: boolean;
}

type Quantifier = 'ForAllValues' | 'ForAnyValue' | undefined;

/**
 * Compiles a condition block. All of its keys have to hold.
 *
 * @throws Error for an operator that is not known, or a value that it cannot compare
 */
export function compileConditions(
  block: unknown,
  variables: boolean,
  unknownKey: UnknownKey = {},
): readonly CompiledCondition[] {
  if (block === undefined) return [];
  if (!isObject(block)) throw new Error('Condition has to be an object');
  return Object.entries(block).flatMap(([operator, keys]) => {
    if (!isObject(keys)) throw new Error(`Condition.${operator} has to be an object`);
    return Object.entries(keys).map(([key, value]) => {
      const condition = compileCondition(operator, key, value, variables);
      if (unknownKey.isKnown?.(key.toLowerCase()) ?? true) return condition;
      return { ...condition, holds: () => unknownKey.holds === true };
    });
  });
}

function compileCondition(
  operator: string,
  key: string,
  value: unknown,
  variables: boolean,
): CompiledCondition {
  const values = [value].flat().map((entry) => {
    if (typeof entry === 'object') throw new Error(`Condition.${operator}.${key} has to be a text or texts`);
    return String(entry);
  });
  const text = `${operator} ${key} ${values.length === 1 ? values[0] : `[${values.join(', ')}]`}`;
  const name = key.toLowerCase();
  if (operator === 'Null' || operator === 'NullIfExists') {
    const absent = values.map((wanted) => wanted.toLowerCase() === 'true');
    return { text, holds: (context) => absent.includes(!isPresent(context, name)) };
  }
  const { quantifier, base, ifExists } = parseOperator(operator);
  const known = conditionOperators[base];
  if (known === undefined) throw new Error(`the condition operator ${operator} is not known`);
  const comparisons = values.map((wanted) => known.compile(wanted, variables));
  const test = newTest(comparisons, known.negated === true, quantifier);
  return {
    text,
    holds: (context) => {
      if (!isPresent(context, name))
        return ifExists || quantifier === 'ForAllValues' || negatedAlone(known.negated, quantifier);
      return test(context.get(name) ?? [], context);
    },
  };
}

/** What is not there differs from everything, but is no value of any. */
function negatedAlone(negated: boolean | undefined, quantifier: Quantifier): boolean {
  return negated === true && quantifier === undefined;
}

function newTest(comparisons: readonly Comparison[], negated: boolean, quantifier: Quantifier) {
  return (requested: readonly string[], context: ConditionContext): boolean => {
    const passes = (value: string) => comparisons.some((compare) => compare(value, context)) !== negated;
    if (quantifier === 'ForAllValues') return requested.every(passes);
    if (quantifier === 'ForAnyValue') return requested.some(passes);
    return negated ? requested.every(passes) : requested.some(passes);
  };
}

function parseOperator(operator: string) {
  const [, quantifier, base = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  return { quantifier: quantifier as Quantifier, base, ifExists: ifExists !== undefined };
}

function isPresent(context: ConditionContext, key: string): boolean {
  return (context.get(key)?.length ?? 0) > 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
