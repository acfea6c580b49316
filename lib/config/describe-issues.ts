import { z } from 'zod';
import type { ConfigurationProblem } from './configuration-error.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Says what a key expects, for the checks that carry no sentence of their own in the schema.
 * Given to zod as its error map; undefined leaves zod's own message.
 */
export const expectation: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `missing; expected ${issue.expected}`
        : `expected ${issue.expected}, not ${describeType(issue.input)}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? `expected one of ${issue.options.map((value) => JSON.stringify(value)).join(', ')}`
        : undefined;
    case 'invalid_format':
      return issue.format === 'url' ? 'expected an http or https URL' : undefined;
    case 'unrecognized_keys':
      return issue.inst instanceof z.ZodObject
        ? `there is no such key; known keys: ${Object.keys(issue.inst.shape).sort().join(', ')}`
        : 'there is no such key';
    default:
      return undefined;
  }
};

/** Turns what zod found into one problem per bad key, in the file's order of keys as far as zod keeps it. */
export function describeIssues(issues: readonly Issue[], parent: Path = []): ConfigurationProblem[] {
  return issues.flatMap((issue) => describeIssue(issue, [...parent, ...issue.path]));
}

function describeIssue(issue: Issue, path: Path): ConfigurationProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: formatPath([...path, key]), expected: issue.message }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: formatPath(path), expected: message }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The alternative with the fewest complaints is the one that the author most likely meant.
    const [closest] = issue.errors.toSorted((one, other) => one.length - other.length);
    return describeIssues(closest ?? [], path);
  }
  return [{ path: formatPath(path), expected: issue.message }];
}

/** Writes a path as JavaScript would: `retries.maxAttempts`, `models["gpt-4.1"].targets[0]`. */
function formatPath(path: Path): string {
  const written = path.map((key) => {
    if (typeof key === 'number') return `[${key}]`;
    const name = String(key);
    return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
  });
  return written.join('').replace(/^\./, '') || '(the default export)';
}

function describeType(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
