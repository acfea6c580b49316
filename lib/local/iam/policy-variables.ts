import { type Pattern, toLiteral, toPattern } from './match-pattern.ts';
import type { ConditionContext } from './types.ts';

/** A part of a text: as written, with wildcards; a character that is no wildcard; or a variable. */
export type TextPart =
  | { readonly written: string }
  | { readonly literal: string }
  | { readonly key: string; readonly fallback: string | undefined };

/** What `${*}`, `${?}` and `${$}` stand for. */
const escapes: ReadonlySet<string> = new Set(['*', '?', '$']);
const variable = /\$\{\s*([^{},']+?)\s*(?:,\s*'([^']*)'\s*)?\}/g;

/**
 * Reads the policy variables of a text: `${aws:PrincipalTag/tenantId}`, or `${aws:username, 'nobody'}` with a default.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 *
 * @throws Error for a variable that is not closed or not well-formed
 */
export function parseVariables(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(variable)) {
    const [whole, name = '', fallback] = match;
    parts.push({ written: text.slice(end, match.index) });
    parts.push(escapes.has(name) ? { literal: name } : { key: name.toLowerCase(), fallback });
    end = match.index + whole.length;
  }
  parts.push({ written: text.slice(end) });
  if (parts.some((part) => 'written' in part && part.written.includes('${'))) {
    throw new Error(`the variable in "${text}" is not understood`);
  }
  return parts.filter((part) => !('written' in part) || part.written !== '');
}

/** @returns undefined where a variable has no value, or several: then the text equals nothing */
export function fillText(parts: readonly TextPart[], context: ConditionContext): string | undefined {
  let filled = '';
  for (const part of parts) {
    const text = 'written' in part ? part.written : resolve(part, context);
    if (text === undefined) return undefined;
    filled += text;
  }
  return filled;
}

/** As {@link fillText}, for a text with wildcards. A variable's value is a text, never a pattern. */
export function fillPattern(parts: readonly TextPart[], context: ConditionContext): Pattern | undefined {
  const filled: number[] = [];
  for (const part of parts) {
    if ('written' in part) {
      filled.push(...toPattern(part.written));
      continue;
    }
    const value = resolve(part, context);
    if (value === undefined) return undefined;
    filled.push(...toLiteral(value));
  }
  return filled;
}

function resolve(
  part: Exclude<TextPart, { readonly written: string }>,
  context: ConditionContext,
): string | undefined {
  if ('literal' in part) return part.literal;
  const values = context.get(part.key);
  return values?.length === 1 ? values[0] : part.fallback;
}
