import { randomUUID } from 'node:crypto';
import type { FunctionError } from './function-error.ts';
import { ResponseBody } from './response-body.ts';

/** A response as it streams out of a function. */
export interface StreamingResult {
  /** Lambda's id of the invocation, as it stands in the function's log. */
  readonly requestId: string;
  /** `application/vnd.awslambda.http-integration-response` where metadata comes before the body. */
  readonly contentType: string;
  readonly body: ResponseBody;
}

/** One call of a function, seen from outside: what was asked, and what has come back so far. */
export class Invocation {
  readonly id: number;
  readonly requestId: string = randomUUID();
  readonly event: unknown;
  /** The start of the response; rejects with a FunctionError where the function fails before it writes. */
  readonly result: Promise<StreamingResult>;
  readonly #body: ResponseBody;
  #state: 'waiting' | 'responding' | 'complete' = 'waiting';
  #resolve: (result: StreamingResult) => void = () => undefined;
  #reject: (error: FunctionError) => void = () => undefined;

  /** @param onConsumed - told as the reader takes bytes */
  constructor(id: number, event: unknown, onConsumed: (id: number, bytes: number) => void) {
    this.id = id;
    this.event = event;
    this.#body = new ResponseBody((bytes) => onConsumed(id, bytes));
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  bytes(bytes: Uint8Array, contentType: string | undefined): void {
    this.#begin(contentType);
    this.#body.push(bytes);
  }

  end(contentType: string | undefined): void {
    this.#begin(contentType);
    this.#state = 'complete';
    this.#body.end();
  }

  /** Without effect once the response is complete. */
  fail(error: FunctionError): void {
    if (this.#state === 'waiting') this.#reject(error);
    else if (this.#state === 'responding') this.#body.end(error);
    this.#state = 'complete';
  }

  #begin(contentType: string | undefined): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'responding';
    this.#resolve({
      requestId: this.requestId,
      contentType: contentType ?? 'application/octet-stream',
      body: this.#body,
    });
  }
}
