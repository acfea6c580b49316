import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Gateway } from '../../lib/gateway/app.ts';

/** What Lambda's Node runtime puts into the global scope for streamed responses. */
declare const awslambda: {
  streamifyResponse(
    handler: (event: APIGatewayProxyEvent, stream: Writable) => Promise<void>,
  ): (event: APIGatewayProxyEvent) => Promise<void>;
  HttpResponseStream: {
    from(stream: Writable, prelude: { statusCode: number; headers: Record<string, string> }): Writable;
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
    const response = await gateway.handle(toRequest(event), {
      sourceIp: event.requestContext.identity.sourceIp,
      signal: leaving.signal,
      waitUntil: (promise) => work.push(promise),
    });
    const body = awslambda.HttpResponseStream.from(stream, {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
    });
    await pipe(response.body, body, leaving.signal);
    await Promise.all(work);
  });
}

function toRequest(event: APIGatewayProxyEvent): Request {
  const { path, httpMethod: method, headers, body, isBase64Encoded } = event;
  const query = new URLSearchParams(
    Object.entries(event.multiValueQueryStringParameters ?? {}).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  ).toString();
  // The host plays no part: nothing may be decided by a header that the caller chooses.
  return new Request(`https://gateway${path}${query && `?${query}`}`, {
    method,
    headers: headers as Record<string, string>,
    ...(body === null || method === 'GET' || method === 'HEAD'
      ? {}
      : { body: isBase64Encoded ? Buffer.from(body, 'base64') : body }),
  });
}

/**
 * Writes chunk by chunk, no faster than the caller reads. The status and headers leave with the first write, so an
 * empty body needs one too.
 */
async function pipe(
  from: ReadableStream<Uint8Array> | null,
  to: Writable,
  leaving: AbortSignal,
): Promise<void> {
  if (!from) to.write('');
  const reader = from?.getReader();
  while (reader && !leaving.aborted) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!to.write(value)) await once(to, 'drain', { signal: leaving }).catch(() => undefined);
  }
  if (leaving.aborted) await reader?.cancel();
  else to.end();
}
