import { randomUUID } from 'node:crypto';

/** What identifies one request in logs and in the response's headers. */
export interface RequestIds {
  readonly requestId: string;
  readonly extendedRequestId: string;
  /** For X-Ray, as `X-Amzn-Trace-Id` carries it. */
  readonly traceId: string;
  /** When it came, in epoch milliseconds. */
  readonly timeMs: number;
}

export function newRequestIds(): RequestIds {
  const timeMs = Date.now();
  const requestId = randomUUID();
  const hex = requestId.replaceAll('-', '');
  return {
    requestId,
    extendedRequestId: `${hex.slice(0, 15)}=`,
    traceId: `Root=1-${Math.floor(timeMs / 1000).toString(16)}-${hex.slice(8)}`,
    timeMs,
  };
}
