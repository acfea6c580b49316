import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { contentTypeOf, readFixture } from './fixtures.ts';

/** What the server answers. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** The body is written in pieces of this many bytes, each on its own. Default: in one. */
  readonly pieceBytes?: number;
  /** Between two pieces. Default: 0. */
  readonly pauseMs?: number;
  /** After the body: end in order, reset the connection, or say nothing more. Default: end. */
  readonly ending?: 'end' | 'reset' | 'stall';
  /** Before the head. */
  readonly delayMs?: number;
}

/** What a client sent. */
export interface ReceivedRequest {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Readonly<Record<string, unknown>>;
}

/** The reply that a fixture is the body of. */
export function replay(fixture: string, reply: Reply = {}): Reply {
  return { headers: { 'content-type': contentTypeOf(fixture) }, body: readFixture(fixture), ...reply };
}

/** A provider's HTTP server that answers every request with one reply, or with one for each in turn. */
export async function startReplayServer() {
  const requests: ReceivedRequest[] = [];
  let replies: readonly Reply[] = [];
  let closed = 0;
  let connections = 0;
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) closed++;
    });
    requests.push(await receive(request));
    const reply = replies[Math.min(requests.length, replies.length) - 1] ?? {};
    await send(reply, response);
  });
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    /** Answers that a client did not wait for. */
    abandoned: () => closed,
    /** Connections that clients opened. */
    connections: () => connections,
    reply(...all: readonly Reply[]) {
      requests.length = 0;
      replies = all;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = JSON.parse(Buffer.concat(parts).toString('utf8'));
  return { url: request.url ?? '', headers: request.headers, body };
}

async function send(reply: Reply, response: ServerResponse): Promise<void> {
  if (reply.delayMs !== undefined) await delay(reply.delayMs);
  response.writeHead(reply.status ?? 200, reply.headers);
  response.flushHeaders();
  const body = Buffer.from(reply.body ?? '');
  const size = reply.pieceBytes ?? Math.max(1, body.length);
  for (let start = 0; start < body.length; start += size) {
    response.write(body.subarray(start, start + size));
    if (reply.pauseMs !== undefined) await delay(reply.pauseMs);
    else if (reply.pieceBytes !== undefined) await new Promise(setImmediate);
  }
  if (reply.ending === 'stall') return;
  if (reply.ending === 'reset') {
    await delay(20);
    response.destroy();
  } else response.end();
}
