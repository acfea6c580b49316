import { compilePattern, type Matcher } from './match-pattern.ts';
import { fillVariables, hasVariables, hideWildcards } from './policy-variables.ts';
import type { ConditionContext } from './types.ts';

/** Tells whether a text matches a pattern whose variables the context fills in. */
export type ContextMatcher = (text: string, context: ConditionContext) => boolean;

export interface TextMatcherOptions {
  /** Variables belong to the version 2012-10-17 of the policy language only. */
  readonly variables: boolean;
  readonly ignoreCase?: boolean;
}

/** Compiles a pattern once, apart from what the context decides. */
export function compileTextPattern(
  pattern: string,
  { variables, ignoreCase = false }: TextMatcherOptions,
): ContextMatcher {
  if (!variables || !hasVariables(pattern)) {
    const matcher: Matcher = compilePattern(pattern, { ignoreCase });
    return (text) => matcher(text);
  }
  return (text, context) => {
    const filled = fillVariables(pattern, context);
    return filled !== undefined && compilePattern(filled, { ignoreCase })(hideWildcards(text));
  };
}
