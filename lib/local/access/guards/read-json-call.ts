import type { IncomingMessage } from 'node:http';
import type { ServiceCall } from '../check.ts';

/**
 * Reads a call in one of AWS's JSON protocols.
 *
 * @throws SyntaxError for what is no JSON object
 */
export function readJsonCall(request: IncomingMessage, body: Buffer): ServiceCall {
  const target = String(request.headers['x-amz-target'] ?? '');
  const input: unknown = body.length === 0 ? {} : JSON.parse(body.toString());
  if (typeof input !== 'object' || input === null) throw new SyntaxError('the body is no JSON object');
  return { operation: target.slice(target.lastIndexOf('.') + 1), input: input as ServiceCall['input'] };
}
