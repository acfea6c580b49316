// Zod's small form, and a copy of the package of our own: code splitting shares a package between the entry and what is
// loaded when first used, and that uses all of it. This is a quarter as much for a cold start to read as the other form,
// and its schemas are made in half the time.
import * as z from 'zod-for-requests/mini';
import english from 'zod-for-requests/v4/locales/en.js';
import type { JsonObject } from '../../plugin/index.ts';
import { ApiError } from '../errors/api-error.ts';

z.config(english());

/** A schema of either of Zod's forms. */
export type Schema = z.core.$ZodType;

/**
 * Checks a body against its schema. The body itself goes on, not zod's copy: what the caller sent is what an upstream
 * gets, unknown fields included.
 *
 * @throws ApiError 400 that names the parameter.
 */
export function validate(schema: Schema, body: JsonObject): void {
  const result = z.safeParse(schema, body, { jitless: isFirstUse(schema) });
  if (result.success) return;
  const issue = firstIssue(result.error.issues);
  if (issue?.code === 'unrecognized_keys') throw unknownParameter(issue);
  const param = issue ? formatPath(issue.path) : null;
  const missing =
    issue?.code === 'invalid_type' && issue.path.length > 0 && valueAt(body, issue.path) === undefined;
  throw new ApiError(
    400,
    missing ? `Missing required parameter: '${param}'.` : `Invalid value for '${param}': ${issue?.message}.`,
    { param, code: missing ? 'missing_required_parameter' : 'invalid_value' },
  );
}

const used = new WeakSet<Schema>();

/** Zod makes code of a schema when it is first used, which takes longer than to check one body without: a cold start. */
function isFirstUse(schema: Schema): boolean {
  if (used.has(schema)) return false;
  used.add(schema);
  return true;
}

function unknownParameter({ path, keys }: z.core.$ZodIssueUnrecognizedKeys): ApiError {
  const param = formatPath([...path, ...keys.slice(0, 1)]);
  return new ApiError(400, `The route does not take the parameter '${param}'.`, {
    param,
    code: 'unsupported_parameter',
  });
}

/** A union reports one issue per alternative; the one that got furthest says most. */
function firstIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [issue] = issues;
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors
    .map((alternative) => firstIssue(alternative))
    .filter((found) => found !== undefined)
    .sort((a, b) => b.path.length - a.path.length)[0];
  return inner && inner.path.length > 0 ? { ...inner, path: [...issue.path, ...inner.path] } : issue;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    body,
  );
}
