import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeadlineQueue } from '../functions/deadline-queue.ts';
import type { FunctionHost } from '../functions/function-host.ts';
import { accessLine } from './access-line.ts';
import { Exchange } from './exchange.ts';
import { gatewayCases } from './gateway-response.ts';
import { createProxyEvent } from './proxy-event.ts';
import {
  announcesMoreThan,
  RequestAbortedError,
  RequestTooLargeError,
  readRequestBody,
} from './read-request-body.ts';
import { relayBuffered } from './relay-buffered.ts';
import { relayStreamed } from './relay-streamed.ts';
import type { RestApiDefinition, RestApiRoute } from './rest-api-definition.ts';
import { type RouteMatch, Router } from './router.ts';

export interface ApiGatewayOptions {
  /** Asked at every request, so that a reload takes effect at the next one. */
  readonly definition: () => RestApiDefinition;
  readonly functionFor: (arn: string) => FunctionHost | undefined;
  /** Why the API may not invoke the function of a route, or undefined where it may. @default - it always may */
  readonly refusalOf?: (definition: RestApiDefinition, route: RestApiRoute) => string | undefined;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Takes one line per request: never a header, a query or a body. @default - nowhere */
  readonly onAccess?: (line: string) => void;
  /** How long `stop` waits for requests in flight, in milliseconds. @default 10000 */
  readonly graceMs?: number;
  /** How long a streamed response may pause, in milliseconds. @default - as a regional API: 5 minutes */
  readonly streamIdleLimitMs?: number;
}

export interface ApiGateway {
  readonly url: string;
  readonly port: number;
  /** Accepts no more connections, waits for the requests in flight, at most the grace time, and closes. */
  stop(): Promise<void>;
}

/** Larger bodies are refused. A deployed REST API takes 10 MB, and Lambda an event of 6 MB. */
const LARGEST_BODY_BYTES = 64 * 1024 * 1024;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html */
const STREAM_IDLE_LIMIT_MS = 5 * 60_000;

/** Longer than clients keep their connections, so that none is closed just as it is used again. */
const KEEP_ALIVE_MS = 65_000;

const DEFAULT_GRACE_MS = 10_000;

/**
 * Serves a REST API as API Gateway does, at `/` as behind a custom domain.
 *
 * @throws Error with code `EADDRINUSE` where the port is taken
 */
export async function startApiGateway(options: ApiGatewayOptions): Promise<ApiGateway> {
  const requests = new RequestHandler(options);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, requests.handle);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // Who is told no before sending the body need not send it.
    if (!announcesMoreThan(request, LARGEST_BODY_BYTES)) response.writeContinue();
    requests.handle(request, response);
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    port,
    stop: () => stop(server, requests, options.graceMs ?? DEFAULT_GRACE_MS),
  };
}

async function stop(server: Server, requests: RequestHandler, graceMs: number): Promise<void> {
  if (!server.listening) return;
  requests.drain(() => server.closeIdleConnections());
  const closed = once(server, 'close');
  server.close();
  const cut = new AbortController();
  const grace = sleep(graceMs, undefined, { signal: cut.signal }).then(
    () => server.closeAllConnections(),
    // The server closed in time.
    () => undefined,
  );
  await closed;
  cut.abort();
  await grace;
}

class RequestHandler {
  readonly #options: ApiGatewayOptions;
  readonly #deadlines = new Map<number, DeadlineQueue<Exchange>>();
  readonly #idle: DeadlineQueue<Exchange>;
  #routed: { readonly definition: RestApiDefinition; readonly router: Router } | undefined;
  #onDrained: (() => void) | undefined;

  constructor(options: ApiGatewayOptions) {
    this.#options = options;
    this.#idle = new DeadlineQueue(options.streamIdleLimitMs ?? STREAM_IDLE_LIMIT_MS, timeOut);
  }

  /** Closes connections as their requests end. */
  drain(onRequestEnded: () => void): void {
    this.#onDrained = onRequestEnded;
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { definition, router } = this.#current();
    const exchange = new Exchange(definition, request, response);
    if (this.#onDrained) response.shouldKeepAlive = false;
    response.once('close', () => this.#ended(exchange));
    const match = router.match(request.method ?? 'GET', exchange.path);
    if (!match) {
      exchange.refuse(gatewayCases.unknownRoute);
      return;
    }
    this.#integrate(exchange, match).catch((error: unknown) => {
      if (error instanceof RequestTooLargeError) exchange.refuse(gatewayCases.requestTooLarge, error.message);
      else if (error instanceof RequestAbortedError) exchange.problem = error.message;
      else exchange.fail(error);
    });
  };

  async #integrate(exchange: Exchange, match: RouteMatch): Promise<void> {
    const { request, path, query, ids, definition } = exchange;
    const { route } = match;
    const body = await readRequestBody(request, LARGEST_BODY_BYTES);
    if (exchange.over) return;
    // Asked only now: a reload may have replaced the function while the body came.
    const host = this.#options.functionFor(route.functionArn);
    if (!host) {
      exchange.refuse(gatewayCases.noFunction, `there is no function ${route.functionArn}`);
      return;
    }
    const refused = this.#options.refusalOf?.(definition, route);
    if (refused !== undefined) {
      exchange.refuse(gatewayCases.noFunction, `Invalid permissions on Lambda function: ${refused}`);
      return;
    }
    const event = createProxyEvent(definition, { request, path, query, body, match, ids });
    exchange.endBy(this.#deadlinesOf(route.timeoutMs).add(exchange));
    if (route.responseTransferMode === 'BUFFERED') {
      await relayBuffered(exchange, host, event);
      return;
    }
    const idle = this.#idle.add(exchange);
    exchange.endBy(idle);
    await relayStreamed(exchange, host, event, idle.renew);
  }

  #ended(exchange: Exchange): void {
    exchange.ended();
    this.#options.onAccess?.(accessLine(exchange));
    // The connection counts as idle only after this event.
    if (this.#onDrained) setImmediate(this.#onDrained);
  }

  #current() {
    const definition = this.#options.definition();
    if (this.#routed?.definition !== definition) {
      this.#routed = { definition, router: new Router(definition.routes) };
    }
    return this.#routed;
  }

  #deadlinesOf(timeoutMs: number): DeadlineQueue<Exchange> {
    let deadlines = this.#deadlines.get(timeoutMs);
    if (!deadlines) {
      deadlines = new DeadlineQueue(timeoutMs, timeOut);
      this.#deadlines.set(timeoutMs, deadlines);
    }
    return deadlines;
  }
}

function timeOut(exchange: Exchange): void {
  exchange.refuse(gatewayCases.timedOut);
}
