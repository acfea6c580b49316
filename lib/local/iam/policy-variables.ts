import type { ConditionContext } from './types.ts';

/** Stand for the characters themselves, which a pattern would else read as wildcards. */
const escapes: Readonly<Record<string, string>> = { '*': '\u0001', '?': '\u0002', $: '$' };
const variable = /\$\{([^}]*)\}/g;

/** True where a text names a variable. */
export function hasVariables(text: string): boolean {
  return text.includes('${');
}

/**
 * Fills in policy variables: `${aws:PrincipalTag/tenantId}`, with a default as in `${aws:username, 'nobody'}`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 *
 * @returns undefined where a variable has no value, or several: then nothing matches
 */
export function fillVariables(text: string, context: ConditionContext): string | undefined {
  let unknown = false;
  const filled = text.replace(variable, (_, expression: string) => {
    const character = escapes[expression];
    if (character !== undefined) return character;
    const [, key = expression, fallback] = /^\s*([^,]+?)\s*(?:,\s*'([^']*)'\s*)?$/.exec(expression) ?? [];
    const values = context.get(key.toLowerCase());
    const value = values?.length === 1 ? values[0] : fallback;
    if (value === undefined) unknown = true;
    // A value is a text, never a pattern.
    return (value ?? '').replaceAll('*', '\u0001').replaceAll('?', '\u0002');
  });
  return unknown ? undefined : filled;
}

/** Puts the characters that were not to be wildcards back. */
export function restoreWildcards(text: string): string {
  return text.replaceAll('\u0001', '*').replaceAll('\u0002', '?');
}

/** The text in which characters stand as they do in a filled pattern. */
export function hideWildcards(text: string): string {
  return text.replaceAll('*', '\u0001').replaceAll('?', '\u0002');
}
