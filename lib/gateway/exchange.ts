import type { FinishReason, TokenUsage } from '../plugin/index.ts';
import type { RateStanding } from '../policy/index.ts';
import type { Principal } from '../tenancy/index.ts';
import type { GatewayRequest } from './http.ts';

/** What the runtime knows about a request beside the request itself. */
export interface RequestOrigin {
  /** Address of the caller, as the front saw it. */
  readonly sourceIp: string;
  /** Aborts when the caller closes the connection. */
  readonly signal: AbortSignal;
  /** Keeps the function alive until the promise settles, though the answer may have ended before. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/**
 * One request on its way through the gateway. Everything that it costs, holds or records hangs on `requestId`; the
 * mutable parts are what the reply's headers tell.
 */
export interface Exchange {
  /** Ours: unique, and the key of all records. */
  readonly requestId: string;
  /** The caller's `x-request-id`, echoed; ours where there was none. */
  readonly echoedRequestId: string;
  readonly request: GatewayRequest;
  readonly origin: RequestOrigin;
  /** When the request arrived: for durations, from `performance.now()`. */
  readonly startedAt: number;
  /** When the request arrived, in epoch milliseconds. */
  readonly startedAtMs: number;
  principal?: Principal;
  /** Where the caller stands with the rate limits. Absent: they were not asked. */
  rates?: { standing(): RateStanding };
  /** `open`: the limits could not be looked up, and the tenant wants requests to go on then. */
  admission?: 'open';
  /** Whether the response cache had the answer. Absent: it was not asked. */
  cache?: 'hit' | 'miss';
  /** How the call of a model ended. Absent: none was called, or it has not ended. */
  settled?: {
    readonly usage: TokenUsage | null;
    readonly finishReasons: readonly FinishReason[];
  };
  /** What the headers `x-openclaw-*` say, as far as it is known. */
  served: {
    model?: string;
    provider?: string;
    attempts?: number;
    costMicroUsd?: number | null;
    /** When the answer began: for durations, from `performance.now()`. */
    answeredAt?: number;
    /** Time that went by waiting for upstreams, in milliseconds. */
    upstreamMs?: number;
  };
}
