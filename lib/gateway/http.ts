/**
 * HTTP as the gateway sees it: plain data, so that it knows neither Lambda nor a server. Fetch's Request and Response
 * would do the same at a fifth of the CPU of a whole request, and their first use loads an HTTP client into every cold
 * start.
 */
export interface GatewayRequest {
  readonly method: string;
  /** Without the query, percent-encoding as it came. */
  readonly path: string;
  /** What follows the `?`, percent-encoding as it came; '' where there is none. */
  readonly query: string;
  /** The value of a header, its name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** The body as text; '' where there is none. */
  readonly body: string;
}

/** Sends a part of a body. Where it returns a promise, the caller lags behind: wait for it before the next part. */
export type WriteChunk = (chunk: Uint8Array) => Promise<void> | undefined;

/** Writes a body part by part and resolves when all is written. */
export type BodyWriter = (write: WriteChunk) => Promise<void>;

export interface GatewayReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | BodyWriter;
}

/** A reply of one JSON document. */
export function jsonReply(status: number, value: unknown, headers: Record<string, string>): GatewayReply {
  headers['content-type'] = 'application/json';
  return { status, headers, body: JSON.stringify(value) };
}
