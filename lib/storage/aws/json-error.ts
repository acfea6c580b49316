import type { HttpAnswer } from './http-exchange.ts';
import { ServiceError } from './service-error.ts';

/**
 * Reads the error out of an answer in one of AWS's JSON protocols.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization
 */
export function readJsonError({ status, headers, body }: HttpAnswer): ServiceError {
  const { __type: type, message, Message, ...details } = parseObject(body);
  const named = typeof type === 'string' ? type : headers['x-amzn-errortype'];
  const name = String(named ?? '')
    .split(':')[0]
    ?.split('#')
    .at(-1);
  const text = [message, Message].find((some) => typeof some === 'string');
  return new ServiceError(name || `HTTP ${status}`, String(text ?? `HTTP status ${status}`), status, details);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Not the service's own answer, but that of something before it: its status says what there is to say.
  }
  return {};
}
