import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Gateway } from '../../lib/gateway/app.ts';
import type { GatewayRequest, WriteChunk } from '../../lib/gateway/http.ts';

/** What Lambda's Node runtime puts into the global scope for streamed responses. */
declare const awslambda: {
  streamifyResponse(
    handler: (event: APIGatewayProxyEvent, stream: Writable) => Promise<void>,
  ): (event: APIGatewayProxyEvent) => Promise<void>;
  HttpResponseStream: {
    from(
      stream: Writable,
      prelude: { statusCode: number; headers: Readonly<Record<string, string>> },
    ): Writable;
  };
};

/** Adapts the gateway to Lambda's streamed responses behind a REST API. */
export function streamingHandler(gateway: Gateway) {
  return awslambda.streamifyResponse(async (event, stream) => {
    const leaving = new AbortController();
    const work: Promise<unknown>[] = [];
    // A caller who closes the connection breaks the stream under us: 'error' and 'close' come before it is finished.
    stream.on('error', () => leaving.abort());
    stream.on('close', () => stream.writableFinished || leaving.abort());
    const { status, headers, body } = await gateway.handle(toRequest(event), {
      sourceIp: event.requestContext.identity.sourceIp,
      signal: leaving.signal,
      waitUntil: (promise) => work.push(promise),
    });
    const response = awslambda.HttpResponseStream.from(stream, { statusCode: status, headers });
    // The status and headers leave with the first write, so there is always one.
    if (typeof body === 'function') await body(writerTo(response, leaving.signal));
    else response.write(body);
    response.end();
    await Promise.all(work);
  });
}

function toRequest(event: APIGatewayProxyEvent): GatewayRequest {
  const headers = new Map(
    Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const),
  );
  const { body, isBase64Encoded } = event;
  return {
    method: event.httpMethod,
    path: event.path,
    query: queryOf(event),
    header: (name) => headers.get(name),
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? ''),
  };
}

/** API Gateway decodes the query; the gateway takes it as it was sent. */
function queryOf({ multiValueQueryStringParameters: parameters }: APIGatewayProxyEvent): string {
  if (!parameters) return '';
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(parameters)) {
    for (const value of values ?? []) query.append(name, value);
  }
  return query.toString();
}

/** Writes no faster than the caller reads, and nothing once the caller is gone. */
function writerTo(response: Writable, leaving: AbortSignal): WriteChunk {
  return (chunk) => {
    if (leaving.aborted || response.write(chunk)) return undefined;
    return once(response, 'drain', { signal: leaving }).then(nothing, nothing);
  };
}

function nothing(): void {}
