import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';

/** An answer, whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How long the parts of an exchange may take, in milliseconds. */
export interface HttpLimits {
  readonly connectMs: number;
  /** Until the end of the answer. */
  readonly totalMs: number;
}

// The process's connections. The one that was used last is used next: it is the least likely to be closed by now.
const options = { keepAlive: true, maxSockets: 50, scheduling: 'lifo' } as const;
const httpAgent = new http.Agent(options);
const httpsAgent = new https.Agent(options);

/**
 * Posts a body and reads the answer.
 *
 * @throws Error with Node's `code` where the connection fails, and with `ETIMEDOUT` where a limit passes
 */
export function postOverHttp(
  url: URL,
  headers: OutgoingHttpHeaders,
  body: string,
  limits: HttpLimits,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = url;
    const target = { method: 'POST', hostname, port, path: '/', headers };
    const request =
      url.protocol === 'http:'
        ? http.request({ ...target, agent: httpAgent })
        : https.request({ ...target, agent: httpsAgent });
    const giveUp = (what: string, ms: number) =>
      setTimeout(() => request.destroy(timeOut(`${what} ${hostname} took more than ${ms} ms`)), ms);
    const total = giveUp('the answer of', limits.totalMs);
    let connecting: NodeJS.Timeout | undefined;
    request.once('socket', (socket) => {
      if (!socket.connecting) return;
      connecting = giveUp('connecting to', limits.connectMs);
      socket.once(url.protocol === 'http:' ? 'connect' : 'secureConnect', () => clearTimeout(connecting));
    });
    request.once('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: (pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)).toString(),
        }),
      );
      response.once('error', reject);
    });
    request.once('error', reject);
    request.once('close', () => {
      clearTimeout(total);
      clearTimeout(connecting);
    });
    request.end(body);
  });
}

function timeOut(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}
