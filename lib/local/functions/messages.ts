import type { FunctionErrorPayload } from './function-error.ts';

/** What a function's worker must know before it loads the bundle. */
export interface WorkerSettings {
  readonly handler: string;
  readonly codeDirectory: string;
  readonly functionName: string;
  readonly arn: string;
  readonly memoryMb: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** From the host to a function's worker. They travel in batches, as arrays. */
export type HostMessage =
  | {
      readonly type: 'invoke';
      readonly id: number;
      readonly requestId: string;
      /** Epoch milliseconds, for the context's `getRemainingTimeInMillis`. */
      readonly deadlineMs: number;
      /** JSON data. */
      readonly event: unknown;
    }
  /** The reader has taken so many bytes more, so as many may follow. */
  | { readonly type: 'consumed'; readonly id: number; readonly bytes: number }
  /** Nobody reads the response any more. */
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'ping' };

/** From a function's worker to the host. They travel in batches, as arrays. */
export type WorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'initFailed'; readonly error: FunctionErrorPayload }
  /** A part of a streamed response; the first one carries the content type. */
  | { readonly type: 'bytes'; readonly id: number; readonly bytes: Uint8Array; readonly contentType?: string }
  /** A streamed response is complete. */
  | { readonly type: 'end'; readonly id: number; readonly contentType?: string }
  /** A plain handler's result. */
  | { readonly type: 'result'; readonly id: number; readonly json: string }
  | { readonly type: 'failed'; readonly id: number; readonly error: FunctionErrorPayload }
  /** Handler and response are both finished. */
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'pong' };

/**
 * Bytes of one response that may be on their way between the function and its reader. Above it, the function's stream
 * answers its writes only as the reader takes bytes out.
 */
export const RESPONSE_WINDOW_BYTES = 64 * 1024;
