import { RE2JS, RE2JSSyntaxException } from 're2js';
import type { PatternRule } from './rule.ts';

/** A pattern is not one, or costs too much. The message says what is wrong, and where. */
export class InvalidPattern extends Error {
  override readonly name = 'InvalidPattern';
}

/**
 * Compiles a pattern for an engine whose time grows with the text alone, whatever the pattern.
 *
 * @throws InvalidPattern
 */
export function compilePattern({ pattern, caseSensitive = false }: PatternRule): RE2JS {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern, caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw new InvalidPattern(describe(pattern, error), { cause: error });
  }
  if (compiled.matches('')) {
    throw new InvalidPattern('it matches an empty text, and so between all characters');
  }
  return compiled;
}

/** RE2 names what is wrong and quotes the part; where the part stands is for us to find. */
function describe(pattern: string, error: RE2JSSyntaxException): string {
  const part = (error.getPattern() ?? '').replace(/^\(\?i\)/, '');
  const at = part === '' ? -1 : pattern.indexOf(part);
  const where = at === -1 ? '' : ` at character ${at}`;
  return `${error.getDescription()}${part === '' ? '' : ` "${part}"`}${where}; the syntax is RE2's, which has no look-around and no back-references`;
}
