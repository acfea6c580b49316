import type { ResponseStream } from './response-stream.ts';

/** What Lambda hands to a handler besides the event. */
export interface LambdaContext {
  callbackWaitsForEmptyEventLoop: boolean;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  getRemainingTimeInMillis(): number;
}

/** A handler that returns its result. */
export type PlainHandler = (event: unknown, context: LambdaContext) => unknown;

/** A handler that writes its response. */
export type StreamingHandler = (event: unknown, stream: ResponseStream, context: LambdaContext) => unknown;

/** Bytes that a streaming handler may write ahead, where it does not say. */
const DEFAULT_HIGH_WATER_MARK = 64 * 1024;

const highWaterMarks = new WeakMap<object, number>();

/** How far ahead a streaming handler may write, in bytes; undefined for a plain handler. */
export function streamingHighWaterMark(handler: object): number | undefined {
  return highWaterMarks.get(handler);
}

/** The global `awslambda` of Lambda's Node runtime. */
export const awslambda = {
  /** Marks a handler as one that writes its response. */
  streamifyResponse(handler: StreamingHandler, options?: { highWaterMark?: number }): StreamingHandler {
    const streaming: StreamingHandler = (...call) => handler(...call);
    highWaterMarks.set(streaming, options?.highWaterMark ?? DEFAULT_HIGH_WATER_MARK);
    return streaming;
  },
  HttpResponseStream: {
    /** Makes the stream an HTTP response with this status, these headers and cookies. */
    from(stream: ResponseStream, metadata: unknown): ResponseStream {
      stream.setHttpMetadata(metadata);
      return stream;
    },
  },
};
