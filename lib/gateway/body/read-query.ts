import type * as z from 'zod';
import { ApiError } from '../errors/api-error.ts';
import { validate } from '../schemas/validate.ts';

/** Longer ones are a mistake or an attack. API Gateway takes no more than this in all of a request's head. */
const maxLength = 8_192;

/**
 * Reads a query by its schema. A name given several times, or with `[]` as OpenAI's clients write lists, becomes a
 * list. Numbers and booleans stay text: a schema coerces them.
 *
 * @throws ApiError 400 for an unknown name or an invalid value
 */
export function readQuery(
  text: string,
  schema: z.ZodObject | undefined,
): Readonly<Record<string, string | readonly string[]>> {
  if (text.length > maxLength) {
    throw new ApiError(400, `The query is longer than ${maxLength} characters.`, { code: 'query_too_long' });
  }
  const query: Record<string, string | string[]> = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const isList = key.endsWith('[]');
    const name = isList ? key.slice(0, -2) : key;
    if (!schema || !Object.hasOwn(schema.shape, name)) {
      if (!schema) continue;
      throw new ApiError(400, `The route does not take the query parameter '${name}'.`, {
        param: name,
        code: 'unsupported_parameter',
      });
    }
    const before = query[name];
    if (before === undefined) query[name] = isList ? [value] : value;
    else query[name] = [...(Array.isArray(before) ? before : [before]), value];
  }
  if (schema) validate(schema, query);
  return query;
}
