import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Deadline } from '../functions/deadline-queue.ts';
import { FunctionError } from '../functions/function-error.ts';
import { type GatewayCase, gatewayCases, gatewayResponse } from './gateway-response.ts';
import { newRequestIds, type RequestIds } from './request-ids.ts';
import { MalformedResponseError, type ResponseHead } from './response-head.ts';
import type { RestApiDefinition } from './rest-api-definition.ts';

/** One request and the answer that it gets, from the function or from API Gateway itself. */
export class Exchange {
  readonly definition: RestApiDefinition;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** As it stands in the request, without the query. */
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
  readonly ids: RequestIds = newRequestIds();
  /** Why API Gateway answered by itself or cut the connection, for the access log. */
  problem: string | undefined;
  readonly #leaving = new AbortController();
  readonly #deadlines: Deadline[] = [];

  constructor(definition: RestApiDefinition, request: IncomingMessage, response: ServerResponse) {
    this.definition = definition;
    this.request = request;
    this.response = response;
    const [path, query] = splitTarget(request.url ?? '/');
    this.path = path;
    this.query = query;
  }

  /** Aborted when nobody waits for the function's answer any more. */
  get signal(): AbortSignal {
    return this.#leaving.signal;
  }

  /** True once nothing can be answered any more: all was, the caller left or the connection was cut. */
  get over(): boolean {
    return this.response.writableEnded || this.response.destroyed;
  }

  /** The exchange ends by then, or the deadline is cleared with it. */
  endBy(deadline: Deadline): void {
    this.#deadlines.push(deadline);
  }

  /** All is answered, or the caller is gone. */
  ended(): void {
    for (const deadline of this.#deadlines) deadline.clear();
    if (!this.response.writableFinished) this.leave();
  }

  /** Sends the function's status and headers. */
  sendHead({ statusCode, headers }: ResponseHead): void {
    headers.push('x-amzn-RequestId', this.ids.requestId, 'x-amz-apigw-id', this.ids.extendedRequestId);
    this.response.writeHead(statusCode, headers);
  }

  /** API Gateway answers by itself. If the answer has begun, the connection is cut: it must not look complete. */
  refuse(happened: GatewayCase, problem: string = happened.message): void {
    if (this.over) return;
    this.problem = problem;
    if (this.response.headersSent) {
      this.response.destroy();
    } else {
      const { definition, request, path, ids } = this;
      const { statusCode, headers, body } = gatewayResponse(definition, happened, request, path, ids);
      this.sendHead({ statusCode, headers: [...headers, 'Content-Length', String(Buffer.byteLength(body))] });
      this.response.end(body);
    }
    this.leave();
  }

  /** Answers for a function that failed, or whose answer is not what it should be. */
  fail(error: unknown): void {
    if (error instanceof MalformedResponseError) {
      this.refuse(gatewayCases.functionFailed, `Malformed Lambda proxy response: ${error.message}`);
    } else if (error instanceof FunctionError) {
      const happened = error.timedOut ? gatewayCases.timedOut : gatewayCases.functionFailed;
      this.refuse(happened, `${error.errorType}: ${error.message}`);
    } else {
      this.refuse(gatewayCases.functionFailed, error instanceof Error ? error.message : String(error));
    }
  }

  /** Tells the function that nobody waits for it. */
  leave(): void {
    this.#leaving.abort();
  }
}

/** Path and query of a request's target, which a proxy's client writes as a whole URL. */
function splitTarget(target: string): [path: string, query: string] {
  const local = target.startsWith('/') || !URL.canParse(target) ? target : localPart(new URL(target));
  const mark = local.indexOf('?');
  return mark < 0 ? [local, ''] : [local.slice(0, mark), local.slice(mark + 1)];
}

function localPart({ pathname, search }: URL): string {
  return pathname + search;
}
