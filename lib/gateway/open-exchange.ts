import { newRequestId } from '../storage/request-id.ts';
import type { Exchange, RequestOrigin } from './exchange.ts';
import type { GatewayRequest } from './http.ts';

/** Callers choose what they like within this; anything else could break a header or a log line. */
const requestIdForm = /^[\w.:/+=@-]{1,128}$/;

/** Begins the account of a request. */
export function openExchange(request: GatewayRequest, origin: RequestOrigin): Exchange {
  const startedAtMs = Date.now();
  const requestId = newRequestId(startedAtMs);
  const theirs = request.header('x-request-id');
  return {
    requestId,
    echoedRequestId: theirs !== undefined && requestIdForm.test(theirs) ? theirs : requestId,
    request,
    origin,
    startedAt: performance.now(),
    startedAtMs,
    served: {},
  };
}
