import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { urlToHttpOptions } from 'node:url';
import { type CallTimeouts, UpstreamError } from '../../../plugin/index.ts';
import { AnswerBody } from './answer-body.ts';
import { errorFromConnection } from './connection-error.ts';

/** One POST of a JSON text. */
export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeouts: CallTimeouts;
  readonly signal: AbortSignal;
  /** Begins every error message. */
  readonly providerName: string;
}

/** The head of an answer, and its body as it comes. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AnswerBody;
}

/** Longest time that a server may keep an unused connection which we still trust without a second try. */
const FRESH_CONNECTION_MS = 1_000;

const destinations = new Map<string, { protocol: string; options: RequestOptions }>();
const agents = new Map<string, Agent>();
const lastUsedMs = new WeakMap<object, number>();

/**
 * Sends a request over a pooled connection and resolves with the answer's head. Redirects are not followed: a base
 * URL in the configuration is the only place that a key is sent to.
 *
 * A server may close an idle connection just as a request is written to it, which after a function was frozen is the
 * rule rather than the exception. Such a request, of which no answer was seen, is sent once more on a new connection.
 *
 * @throws UpstreamError `network`, `timeout`, `malformed` or `cancelled`.
 */
export async function postJson(request: HttpRequest): Promise<HttpAnswer> {
  try {
    return await send(request, true);
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    return await send(request, false);
  }
}

/** The pooled connection was closed by the server while it lay idle. */
class StaleConnection extends Error {}

function send(request: HttpRequest, pooled: boolean): Promise<HttpAnswer> {
  const { providerName, timeouts, signal } = request;
  return new Promise((resolve, reject) => {
    let answer: AnswerBody | undefined;
    const timers: NodeJS.Timeout[] = [];
    const onAbort = () => fail(cancellation(signal, providerName));

    const settle = () => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: Error) => {
      settle();
      if (answer) answer.fail(error);
      else reject(error);
      outgoing?.destroy();
    };
    const failAfter = (ms: number, what: string) => {
      const timer = setTimeout(() => fail(timedOut(providerName, what, ms)), ms);
      timers.push(timer);
      return timer;
    };

    let outgoing: ClientRequest | undefined;
    if (signal.aborted) return fail(cancellation(signal, providerName));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      outgoing = open(request, pooled);
    } catch {
      // An invalid header value or URL; the cause may quote it.
      return fail(new UpstreamError('network', `${providerName}: the request could not be formed`));
    }
    failAfter(timeouts.totalMs, 'the whole answer');
    const firstToken = failAfter(timeouts.firstTokenMs, 'the first token');

    let idleSinceMs: number | undefined;
    outgoing.on('socket', (socket) => {
      idleSinceMs = lastUsedMs.get(socket);
      if (!socket.connecting) return;
      const connecting = failAfter(timeouts.connectMs, 'the connection');
      socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
    });
    outgoing.on('error', (error) => {
      const idleMs = idleSinceMs === undefined ? 0 : Date.now() - idleSinceMs;
      const stale = pooled && outgoing?.reusedSocket === true && idleMs > FRESH_CONNECTION_MS;
      fail(stale ? new StaleConnection() : errorFromConnection(error, providerName, answer !== undefined));
    });
    outgoing.on('response', (incoming: IncomingMessage) => {
      const { socket } = incoming;
      answer = new AnswerBody(incoming, {
        idleMs: timeouts.idleMs,
        onIdle: () => fail(timedOut(providerName, 'the next part', timeouts.idleMs)),
        onContent: () => clearTimeout(firstToken),
        onClosed: () => {
          lastUsedMs.set(socket, Date.now());
          settle();
        },
        onCut: () => fail(new UpstreamError('cut', `${providerName}: the connection closed in mid-answer`)),
        onAbandoned: () => {
          settle();
          outgoing?.destroy();
        },
      });
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: answer });
    });
    outgoing.end(request.body);
  });
}

function open(request: HttpRequest, pooled: boolean): ClientRequest {
  const { protocol, options } = destinationOf(request.url);
  return httpModule(protocol).request({
    ...options,
    method: 'POST',
    headers: request.headers,
    agent: pooled ? agentFor(protocol) : false,
  });
}

/** Where requests for a URL go. URLs come from the configuration, so that there are few of them. */
function destinationOf(url: string) {
  let destination = destinations.get(url);
  if (!destination) {
    const parsed = new URL(url);
    destination = { protocol: parsed.protocol, options: urlToHttpOptions(parsed) };
    destinations.set(url, destination);
  }
  return destination;
}

function agentFor(protocol: string): Agent {
  let agent = agents.get(protocol);
  if (!agent) {
    // The connection used last is the one least likely to have been closed by the server.
    agent = new (httpModule(protocol).Agent)({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: 64 });
    agents.set(protocol, agent);
  }
  return agent;
}

/**
 * An `import` of node:http evaluates every one of its exports, WebSocket among them, and so loads all of undici: some
 * 35 ms of a cold start. The module object itself loads it only when asked.
 */
function httpModule(protocol: string) {
  return process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http');
}

function timedOut(providerName: string, what: string, ms: number): UpstreamError {
  return new UpstreamError('timeout', `${providerName}: no sign of ${what} within ${ms} ms`);
}

function cancellation(signal: AbortSignal, providerName: string): UpstreamError {
  if (signal.reason instanceof UpstreamError) return signal.reason;
  return new UpstreamError('cancelled', `${providerName}: the call was cancelled`);
}
