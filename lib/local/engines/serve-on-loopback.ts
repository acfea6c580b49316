import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from './engine.ts';
import { LOOPBACK } from './loopback-only.ts';

export interface HttpCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** AWS's own limits are below: 64 KiB of a secret, of which JSON may escape each character to six. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Serves whole bodies over HTTP on a free port. A body that is too large, or a fault of `answer`, cuts the connection. */
export async function serveOnLoopback(answer: (call: HttpCall) => Promise<HttpAnswer>): Promise<Engine> {
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => answer({ headers: request.headers, body }))
      .then(
        ({ status, contentType, body }) => {
          response.writeHead(status, { 'content-type': contentType });
          response.end(body);
        },
        () => response.destroy(),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  return {
    endpoint: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
