import type { JsonObject } from '../../plugin/index.ts';
import { ApiError } from '../errors/api-error.ts';

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxJsonDepth: number;
  readonly maxArrayLength: number;
}

/**
 * Reads the JSON object in the text of a body within the limits.
 *
 * @throws ApiError 400 for what is no JSON object or exceeds depth or array size, 413 for one that is too large.
 */
export function readJsonBody(text: string, limits: BodyLimits): JsonObject {
  // A UTF-16 unit is at most three bytes of UTF-8: only a text near the limit needs to be measured.
  if (text.length * 3 > limits.maxBodyBytes) refuseIfTooLarge(Buffer.byteLength(text), limits);
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError(400, 'The body must be a JSON object.', { code: 'invalid_json' });
  }
  refuseIfExcessive(value, limits);
  return value as JsonObject;
}

function refuseIfTooLarge(bytes: number, { maxBodyBytes }: BodyLimits): void {
  if (bytes <= maxBodyBytes) return;
  throw new ApiError(
    413,
    `The body is larger than the ${maxBodyBytes} bytes allowed. Send less in one request.`,
    {
      code: 'request_too_large',
    },
  );
}

function parse(text: string): unknown {
  if (text === '')
    throw new ApiError(400, 'The body is empty; a JSON object is expected.', { code: 'invalid_json' });
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8's message quotes the body, which must not travel into a log or an error: only the position is told.
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const where = position === undefined ? '' : ` at character ${position}`;
    throw new ApiError(400, `The body is not valid JSON${where}.`, { code: 'invalid_json' });
  }
}

/** Walks the value level by level, so that no nesting can exhaust the stack. */
function refuseIfExcessive(root: object, { maxJsonDepth, maxArrayLength }: BodyLimits): void {
  let level: object[] = [root];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > maxJsonDepth) {
      throw new ApiError(400, `The body is nested more than ${maxJsonDepth} levels deep.`, {
        code: 'json_too_deep',
      });
    }
    const next: object[] = [];
    for (const value of level) {
      if (Array.isArray(value) && value.length > maxArrayLength) {
        throw new ApiError(400, `The body has an array of more than ${maxArrayLength} elements.`, {
          code: 'array_too_long',
        });
      }
      for (const child of Object.values(value)) {
        if (typeof child === 'object' && child !== null) next.push(child);
      }
    }
    level = next;
  }
}
