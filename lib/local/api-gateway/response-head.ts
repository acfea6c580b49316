import { validateHeaderName, validateHeaderValue } from 'node:http';

/** Status and headers of a function's HTTP response. */
export interface ResponseHead {
  readonly statusCode: number;
  /** Name and value in turn, as Node's `writeHead` takes them. */
  readonly headers: string[];
}

/** A function's response is not what a Lambda proxy integration may answer. */
export class MalformedResponseError extends Error {
  override readonly name = 'MalformedResponseError';
}

/** These concern one connection only (RFC 9110, section 7.6.1): API Gateway has its own to the caller. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * API Gateway sets these itself and passes the function's on under another name.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
const remapped = new Set(['content-length', 'date', 'server', 'www-authenticate']);

/**
 * Reads status, headers and cookies out of a function's response.
 *
 * @throws MalformedResponseError naming what is wrong
 */
export function readResponseHead(response: Readonly<Record<string, unknown>>): ResponseHead {
  const headers: string[] = [];
  let hasContentType = false;
  const add = (name: string, value: unknown) => {
    const lowerCase = name.toLowerCase();
    if (hopByHop.has(lowerCase)) return;
    if (lowerCase === 'content-type') hasContentType = true;
    pushHeader(headers, remapped.has(lowerCase) ? `x-amzn-Remapped-${name}` : name, value);
  };
  const multiValueHeaders = record(response.multiValueHeaders, 'multiValueHeaders');
  for (const [name, value] of Object.entries(record(response.headers, 'headers'))) {
    // The list holds all values of a header that both carry.
    if (!(name in multiValueHeaders)) add(name, value);
  }
  for (const [name, values] of Object.entries(multiValueHeaders)) {
    for (const value of list(values, `multiValueHeaders.${name}`)) add(name, value);
  }
  for (const cookie of list(response.cookies ?? [], 'cookies')) add('Set-Cookie', cookie);
  if (!hasContentType) headers.push('Content-Type', 'application/json');
  return { statusCode: readStatus(response.statusCode), headers };
}

function readStatus(value: unknown): number {
  const status = typeof value === 'string' ? Number(value) : value;
  if (typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new MalformedResponseError(`statusCode is ${JSON.stringify(value)}, expected 200 to 599`);
}

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new MalformedResponseError(`${name} is not an object`);
}

function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new MalformedResponseError(`${name} is not a list`);
}

function pushHeader(headers: string[], name: string, value: unknown): void {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new MalformedResponseError(`the header ${name} is neither text, number nor boolean`);
  }
  const text = String(value);
  try {
    validateHeaderName(name);
    validateHeaderValue(name, text);
  } catch (error) {
    throw new MalformedResponseError(`the header ${name} cannot be sent`, { cause: error });
  }
  headers.push(name, text);
}
