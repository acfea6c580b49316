import { compilePattern, matchesPattern, type Pattern, toPattern } from './match-pattern.ts';
import { fillPattern, fillText, parseVariables } from './policy-variables.ts';
import type { ConditionContext } from './types.ts';

/**
 * Compares a text of the request with one of the policy.
 *
 * @returns undefined where nothing can be said: a variable has no value, or the text is not of the kind compared
 */
export type Comparison = (asked: string, context: ConditionContext) => boolean | undefined;

/** Compiles a text with wildcards. `variables` is false for versions of the policy language that have none. */
export function compileLike(text: string, variables: boolean): Comparison {
  if (!variables || !text.includes('${')) return compilePattern(text);
  const parts = parseVariables(text);
  return (asked, context) => {
    const pattern = fillPattern(parts, context);
    return pattern && matchesPattern(pattern, asked);
  };
}

/** Compiles a text that has to be the same. */
export function compileEquals(text: string, variables: boolean): Comparison {
  if (!variables || !text.includes('${')) return (asked) => asked === text;
  const parts = parseVariables(text);
  return (asked, context) => {
    const filled = fillText(parts, context);
    return filled === undefined ? undefined : filled === asked;
  };
}

/** Compiles a text that has to be the same but for upper and lower case. */
export function compileEqualsIgnoreCase(text: string, variables: boolean): Comparison {
  if (!variables || !text.includes('${')) {
    const wanted = text.toLowerCase();
    return (asked) => asked.toLowerCase() === wanted;
  }
  const parts = parseVariables(text);
  return (asked, context) => {
    const filled = fillText(parts, context);
    return filled === undefined ? undefined : filled.toLowerCase() === asked.toLowerCase();
  };
}

/** Compiles an ARN for a condition: part by part, so that a wildcard stays within its part, apart from the last. */
export function compileArnLike(text: string, variables: boolean): Comparison {
  if (text === '*') return () => true;
  if (!variables || !text.includes('${')) {
    const patterns = splitPattern(toPattern(text));
    return (asked) => matchParts(patterns, asked);
  }
  const parts = parseVariables(text);
  return (asked, context) => {
    const pattern = fillPattern(parts, context);
    return pattern && matchParts(splitPattern(pattern), asked);
  };
}

const partsOfArn = 6;
const colon = ':'.charCodeAt(0);

function matchParts(patterns: readonly Pattern[], asked: string): boolean {
  const parts = asked.split(':');
  if (patterns.length !== partsOfArn || parts.length < partsOfArn) return false;
  const resource = parts.splice(partsOfArn - 1).join(':');
  return [...parts, resource].every((part, index) => matchesPattern(patterns[index] ?? [], part));
}

/** Into `arn`, partition, service, region, account and resource, which may have colons of its own. */
function splitPattern(pattern: Pattern): Pattern[] {
  const parts: number[][] = [[]];
  for (const code of pattern) {
    if (code === colon && parts.length < partsOfArn) parts.push([]);
    else parts.at(-1)?.push(code);
  }
  return parts;
}
