import { describeThrown } from '../function-error.ts';
import { InFlight } from '../in-flight.ts';
import type { MessageBatch } from '../message-batch.ts';
import type { HostMessage, WorkerMessage, WorkerSettings } from '../messages.ts';
import {
  type LambdaContext,
  type PlainHandler,
  type StreamingHandler,
  streamingHighWaterMark,
} from './awslambda.ts';
import { currentRequestId } from './log-lines.ts';
import { ResponseStream } from './response-stream.ts';

type Invoke = Extract<HostMessage, { type: 'invoke' }>;

/** Runs a function's invocations, any number at a time, and reports what they answer. */
export class Invocations {
  readonly #handler: PlainHandler | StreamingHandler;
  readonly #highWaterMark: number | undefined;
  readonly #settings: WorkerSettings;
  readonly #host: MessageBatch<WorkerMessage>;
  readonly #streams = new InFlight<ResponseStream>();

  constructor(
    handler: PlainHandler | StreamingHandler,
    settings: WorkerSettings,
    host: MessageBatch<WorkerMessage>,
  ) {
    this.#handler = handler;
    this.#highWaterMark = streamingHighWaterMark(handler);
    this.#settings = settings;
    this.#host = host;
  }

  start(invoke: Invoke): void {
    const run = this.#highWaterMark === undefined ? this.#runPlain : this.#runStreaming;
    void currentRequestId.run(invoke.requestId, run, invoke);
  }

  consumed(id: number, bytes: number): void {
    this.#streams.get(id)?.consumed(bytes);
  }

  cancel(id: number): void {
    this.#streams.get(id)?.disconnect();
  }

  readonly #runPlain = async (invoke: Invoke): Promise<void> => {
    const { id } = invoke;
    try {
      const result = await (this.#handler as PlainHandler)(invoke.event, this.#context(invoke));
      this.#host.add({ type: 'result', id, json: JSON.stringify(result) ?? 'null' });
    } catch (thrown) {
      this.#fail(id, thrown);
    }
    this.#host.add({ type: 'done', id });
  };

  readonly #runStreaming = async (invoke: Invoke): Promise<void> => {
    const { id } = invoke;
    let working = true;
    const closed = () => {
      this.#streams.delete(id);
      if (!working) this.#host.add({ type: 'done', id });
    };
    const stream = new ResponseStream(
      {
        bytes: (bytes, contentType) =>
          this.#host.add(
            contentType === undefined
              ? { type: 'bytes', id, bytes }
              : { type: 'bytes', id, bytes, contentType },
            bytes.buffer,
          ),
        end: (contentType) => {
          this.#host.add(contentType === undefined ? { type: 'end', id } : { type: 'end', id, contentType });
          closed();
        },
        broken: (error) => {
          this.#host.add({ type: 'failed', id, error: describeThrown(error) });
          closed();
        },
      },
      this.#highWaterMark ?? 0,
    );
    this.#streams.add(id, stream);
    try {
      await (this.#handler as StreamingHandler)(invoke.event, stream, this.#context(invoke));
    } catch (thrown) {
      this.#fail(id, thrown);
      this.#streams.delete(id);
    }
    working = false;
    // A response that is still open ends the invocation when it ends.
    if (!this.#streams.get(id)) this.#host.add({ type: 'done', id });
  };

  #fail(id: number, thrown: unknown): void {
    const error = describeThrown(thrown);
    console.error('Invoke Error', JSON.stringify(error));
    this.#host.add({ type: 'failed', id, error });
  }

  #context({ requestId, deadlineMs }: Invoke): LambdaContext {
    return {
      callbackWaitsForEmptyEventLoop: true,
      functionName: this.#settings.functionName,
      functionVersion: '$LATEST',
      invokedFunctionArn: this.#settings.arn,
      memoryLimitInMB: String(this.#settings.memoryMb),
      awsRequestId: requestId,
      logGroupName: this.#settings.logGroupName,
      logStreamName: this.#settings.logStreamName,
      getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    };
  }
}
