import { conditionOperators, toBoolean } from './condition-operators.ts';
import type { Comparison } from './text-matcher.ts';
import type { ConditionContext } from './types.ts';

/** One key of a condition block. */
export interface CompiledCondition {
  /** As the policy writes it, for messages. */
  readonly text: string;
  /** In lower case. */
  readonly key: string;
  /** Such as `StringEquals` or `ForAnyValue:ArnLikeIfExists`. */
  readonly operator: string;
  readonly holds: (context: ConditionContext) => boolean;
}

export interface ConditionOptions {
  /** Variables belong to the version 2012-10-17 of the policy language only. */
  readonly variables: boolean;
  /** What a condition comes to that cannot be judged: true in a Deny, so that doubt never permits. */
  readonly inDoubt: boolean;
  /** Tells the keys, in lower case, that requests carry where AWS's do. */
  readonly isKnownKey: (key: string) => boolean;
}

type Quantifier = 'ForAllValues' | 'ForAnyValue' | undefined;

/**
 * Compiles a condition block. All of its keys have to hold.
 *
 * @throws Error in an Allow, for an operator that is not known or a value that it cannot compare
 */
export function compileConditions(block: unknown, options: ConditionOptions): readonly CompiledCondition[] {
  if (block === undefined) return [];
  if (!isObject(block)) throw new Error('Condition has to be an object');
  return Object.entries(block).flatMap(([operator, keys]) => {
    if (!isObject(keys)) throw new Error(`Condition.${operator} has to be an object`);
    return Object.entries(keys).map(([key, value]) => compileCondition(operator, key, value, options));
  });
}

function compileCondition(
  operator: string,
  key: string,
  value: unknown,
  options: ConditionOptions,
): CompiledCondition {
  const name = key.toLowerCase();
  const values = [value].flat().map(String);
  const text = `${operator} ${key} ${values.length === 1 ? values[0] : `[${values.join(', ')}]`}`;
  const names = { text, key: name, operator };
  if (!options.isKnownKey(name)) return { ...names, holds: () => options.inDoubt };
  try {
    if (values.length === 0) throw new Error('there is no value to compare with');
    if ([value].flat().some((entry) => typeof entry === 'object')) throw new Error('the value is no text');
    return { ...names, holds: compileTest(operator, name, values, options) };
  } catch (error) {
    if (options.inDoubt) return { ...names, holds: () => true };
    throw new Error(
      `Condition.${operator}.${key}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

function compileTest(
  operator: string,
  key: string,
  values: readonly string[],
  { variables, inDoubt }: ConditionOptions,
): CompiledCondition['holds'] {
  if (operator === 'Null') return compileNull(key, values);
  const { quantifier, base, ifExists } = parseOperator(operator);
  const known = conditionOperators.get(base);
  if (known === undefined) throw new Error(`the condition operator ${operator} is not known`);
  const negated = known.negated === true;
  const comparisons = values.map((wanted) => known.compile(wanted, variables));
  const passes = (asked: string, context: ConditionContext): boolean => {
    const same = compareAny(comparisons, asked, context);
    if (!negated) return same === true;
    return same === undefined ? inDoubt : !same;
  };
  // What is not there differs from everything, but is no value of any.
  const withoutKey = ifExists || quantifier === 'ForAllValues' || (negated && quantifier === undefined);
  const every = quantifier === 'ForAllValues' || (negated && quantifier === undefined);
  return (context) => {
    const asked = context.get(key);
    if (asked === undefined || asked.length === 0) return withoutKey;
    // Values that are all empty count as none: a "null data set", in the documentation's words.
    if (quantifier === 'ForAllValues' && asked.every((one) => one === '')) return true;
    return every ? asked.every((one) => passes(one, context)) : asked.some((one) => passes(one, context));
  };
}

/** @returns undefined where none compares, and of one nothing can be said */
function compareAny(
  comparisons: readonly Comparison[],
  asked: string,
  context: ConditionContext,
): boolean | undefined {
  let found: boolean | undefined = false;
  for (const compare of comparisons) {
    const same = compare(asked, context);
    if (same === true) return true;
    if (same === undefined) found = undefined;
  }
  return found;
}

function compileNull(key: string, values: readonly string[]): CompiledCondition['holds'] {
  const wanted = values.map(toBoolean);
  if (wanted.includes(undefined)) throw new Error('the value is neither true nor false');
  return (context) => wanted.includes((context.get(key)?.length ?? 0) === 0);
}

function parseOperator(operator: string) {
  const [, quantifier, base = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  return { quantifier: quantifier as Quantifier, base, ifExists: ifExists !== undefined };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
