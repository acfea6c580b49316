/** Where a call goes. Credentials, and AWS_ENDPOINT_URL where it is set, are found by the SDK as by any other AWS tool. */
export interface Location {
  readonly region: string;
}

/** Bounds one call, so that a check cannot hold a deployment up. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Settings of all clients here: a person waits for the answer, so time-outs are short and retries few. */
export function clientOptions({ region }: Location) {
  return { region, maxAttempts: 3, requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 } };
}

/** What `send` takes. */
export function sendOptions({ signal }: CallOptions) {
  return signal === undefined ? {} : { abortSignal: signal };
}
