import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from './child-server.ts';
import { answer, chunksPerStream, closingEvents, contentEvent, openingEvent } from './fake-answers.ts';

/** What the upstream counts. */
export interface UpstreamCounts {
  /** Connections opened so far. */
  readonly connections: number;
  /** Requests seen so far. */
  readonly requests: number;
}

/** Between two chunks of a stream. */
const chunkDelayMs = Number(process.argv[2]);

let connections = 0;
let requests = 0;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  requests += 1;
  let body = '';
  request.setEncoding('latin1');
  request.on('data', (piece: string) => {
    body += piece;
  });
  request.on('end', () => {
    const latencyMs = latencyOf(request);
    if (latencyMs > 0) setTimeout(reply, latencyMs, response, body);
    else reply(response, body);
  });
});
server.on('connection', () => {
  connections += 1;
});

/** `/after-60ms/v1/chat/completions` answers after 60 ms. The path, since every gateway hands that on as it is. */
function latencyOf(request: IncomingMessage): number {
  return Number(/^\/after-(\d+)ms\//.exec(request.url ?? '')?.[1]);
}

function reply(response: ServerResponse, body: string): void {
  if (/"stream":\s*true/.test(body)) {
    replyInChunks(response, /"include_usage":\s*true/.test(body));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
  response.end(answer);
}

/** Every chunk has its place in time, so that a late one does not make the rest later. */
function replyInChunks(response: ServerResponse, withUsage: boolean): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(openingEvent);
  const startMs = performance.now();
  let written = 0;
  const next = () => {
    if (response.destroyed) return;
    if (written === chunksPerStream) {
      response.end(closingEvents(withUsage));
      return;
    }
    response.write(contentEvent());
    written += 1;
    setTimeout(next, Math.max(0, startMs + written * chunkDelayMs - performance.now()));
  };
  next();
}

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  serve(`http://127.0.0.1:${port}`, { counts: (): UpstreamCounts => ({ connections, requests }) });
});
