import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { FunctionHost } from '../functions/function-host.ts';
import type { Exchange } from './exchange.ts';
import { MalformedResponseError, readResponseHead } from './response-head.ts';

/** Runs the function and answers with its whole result. */
export async function relayBuffered(
  exchange: Exchange,
  host: FunctionHost,
  event: APIGatewayProxyEvent,
): Promise<void> {
  const result = await host.invoke(event);
  if (exchange.over) return;
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    throw new MalformedResponseError('the result is not an object');
  }
  const head = readResponseHead(result as Record<string, unknown>);
  const body = readBody(result as Record<string, unknown>);
  head.headers.push('Content-Length', String(body.length));
  exchange.sendHead(head);
  exchange.response.end(body);
}

function readBody({ body, isBase64Encoded }: Record<string, unknown>): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body !== 'string') throw new MalformedResponseError('the body is not text');
  return Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
}
