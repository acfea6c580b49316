import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** An answer that refuses a request. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Looks at each request before its server does. */
export interface Guard {
  /** Whether the decision depends on the body too. The body of a large upload is better left where it is. */
  readsBody(request: IncomingMessage): boolean;
  /** Refuses the request, or returns nothing to let it pass. The body is empty where it was not to be read. */
  check(request: IncomingMessage, body: Buffer): Refusal | undefined;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Larger than any request that the guarded services take with a body to be read. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;

/**
 * Puts a guard before a server's own listeners. It is in the same thread and reads no byte twice, because every call to
 * storage passes it.
 */
export function guardServer(server: Server, guard: Guard): void {
  const listeners = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  const decide = (request: IncomingMessage, response: ServerResponse, body: Buffer): boolean => {
    const refusal = guard.check(request, body);
    if (refusal) refuse(response, refusal);
    return refusal === undefined;
  };
  const pass: Listener = (request, response) => {
    for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
  };
  server.on('request', (request, response) => {
    const length = Number(request.headers['content-length'] ?? 0);
    if (guard.readsBody(request) && request.headers['transfer-encoding'] !== undefined) {
      // A body of unknown length would pass unread. No SDK sends one where it counts.
      refuse(response, { status: 411, headers: { connection: 'close' }, body: '' });
    } else if (!guard.readsBody(request) || length === 0) {
      if (decide(request, response, Buffer.alloc(0))) pass(request, response);
      else request.resume();
    } else if (length > MAX_BODY_BYTES) {
      refuse(response, { status: 413, headers: { connection: 'close' }, body: '' });
    } else {
      peek(request, length, (body) => {
        if (!decide(request, response, body)) return request.resume();
        // Back to the front of the stream, where the server's own listeners look for it.
        request.unshift(body);
        pass(request, response);
        return undefined;
      });
    }
  });
}

/** Reads a body whole. A caller who leaves meanwhile is heard of no more. */
function peek(request: IncomingMessage, length: number, use: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const ignore = () => undefined;
  const onReadable = () => {
    for (;;) {
      const chunk: Buffer | null = request.read();
      if (chunk === null) return;
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes < length) continue;
      request.off('readable', onReadable);
      request.off('error', ignore);
      use(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
      return;
    }
  };
  request.on('error', ignore);
  request.on('readable', onReadable);
}

function refuse(response: ServerResponse, { status, headers, body }: Refusal): void {
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
  response.end(body);
}
