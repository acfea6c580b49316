import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { chatChunks, chatCompletion, embeddings, type UpstreamRequestBody } from './answers.ts';

/** How slow the slow behaviours are, and how much an answer is cut into. */
export interface FaultTimings {
  /** `slow-first-token` waits this long after the head. */
  readonly firstTokenDelayMs: number;
  /** `stall` is silent for this long in mid-answer. */
  readonly stallMs: number;
  /** `slow-loris` waits this long after every byte. */
  readonly byteDelayMs: number;
  /** Waited after every chunk of every stream. */
  readonly chunkDelayMs: number;
  /** The `retry-after` of `429` and `503-retry-after`, in seconds. */
  readonly retryAfterSeconds: number;
  /** Pieces of text in a stream. */
  readonly contentChunks: number;
}

/** One request that is to be answered. */
export interface UpstreamCall {
  readonly response: ServerResponse;
  readonly body: UpstreamRequestBody;
  readonly operation: 'chat' | 'embeddings';
  readonly timings: FaultTimings;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
}

type Behaviour = (call: UpstreamCall) => void | Promise<void>;

/** What the upstream can be made to do, by name. */
export const behaviours = {
  ok: (call) => answer(call, {}),

  '429': (call) =>
    refuse(call, 429, 'rate_limit_exceeded', { 'retry-after': String(call.timings.retryAfterSeconds) }),
  '429-no-retry-after': (call) => refuse(call, 429, 'rate_limit_exceeded'),
  '500': (call) => refuse(call, 500, 'server_error'),
  '503': (call) => refuse(call, 503, 'overloaded'),
  '503-retry-after': (call) =>
    refuse(call, 503, 'overloaded', { 'retry-after': String(call.timings.retryAfterSeconds) }),
  '401': (call) => refuse(call, 401, 'invalid_api_key'),
  quota: (call) => refuse(call, 429, 'insufficient_quota'),
  '404': (call) => refuse(call, 404, 'model_not_found'),
  'bad-request': (call) => refuse(call, 400, 'invalid_value'),
  'context-length': (call) => refuse(call, 400, 'context_length_exceeded'),
  'content-filter': (call) => refuse(call, 400, 'content_filter'),

  'reset-before-headers': ({ response }) => reset(response),
  'reset-after-headers': async (call) => {
    writeHead(call);
    call.response.flushHeaders();
    await sleep(5);
    reset(call.response);
  },
  'reset-mid-answer': (call) =>
    answer(call, {
      half: async ({ response }) => {
        // A reset also drops what the client has not read yet.
        await sleep(10);
        reset(response);
      },
    }),
  'no-response': ({ signal }) => aborted(signal),
  'slow-first-token': async (call) => {
    writeHead(call);
    call.response.flushHeaders();
    await sleep(call.timings.firstTokenDelayMs, undefined, { signal: call.signal });
    await answer(call, { headWritten: true });
  },
  stall: (call) =>
    answer(call, { half: ({ timings, signal }) => sleep(timings.stallMs, undefined, { signal }) }),
  /** Ends in order, but before the answer does. */
  cut: (call) => answer(call, { half: ({ response }) => response.end() }),
  /** Says everything but the closing mark. */
  'no-done': (call) => answer(call, { done: '' }),
  'malformed-chunk': (call) =>
    answer(call, { half: ({ response }) => response.write('data: {"id":"chatcmpl-upstream","cho\n\n') }),
  'error-in-stream': (call) =>
    answer(call, { half: ({ response }) => response.end(`data: ${errorText('server_error', 500)}\n\n`) }),
  'split-bytes': (call) => answer(call, { write: (bytes) => inParts(call, bytes, 7, 0) }),
  'crlf-lines': (call) =>
    answer(call, {
      write: (bytes) => inParts(call, Buffer.from(bytes.toString().replaceAll('\n', '\r\n')), 11, 0),
    }),
  'slow-loris': (call) =>
    answer(call, { write: (bytes) => inParts(call, bytes, 1, call.timings.byteDelayMs) }),
  'wrong-content-type': ({ response }) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<html><body>Welcome to the proxy</body></html>');
  },
} as const satisfies Record<string, Behaviour>;

/** `flapping` fails every other time, first of all the first; any name followed by `-once` fails the first time only. */
export type BehaviourName = keyof typeof behaviours | 'flapping' | `${keyof typeof behaviours}-once`;

interface AnswerChanges {
  readonly headWritten?: boolean;
  /** Happens once half of the answer is out. Where it ends the response, the rest is dropped. */
  readonly half?: (call: UpstreamCall) => unknown;
  readonly write?: (bytes: Buffer) => Promise<void>;
  /** What ends a stream. */
  readonly done?: string;
}

async function answer(call: UpstreamCall, changes: AnswerChanges): Promise<void> {
  const { response, timings, signal } = call;
  if (!changes.headWritten) writeHead(call);
  const parts = answerParts(call, changes.done ?? 'data: [DONE]\n\n');
  const middle = Math.ceil(parts.length / 2);
  for (const [index, part] of parts.entries()) {
    if (index === middle && changes.half) {
      await changes.half(call);
      if (response.writableEnded || response.destroyed) return;
    }
    if (changes.write) await changes.write(Buffer.from(part));
    else response.write(part);
    if (timings.chunkDelayMs > 0) await sleep(timings.chunkDelayMs, undefined, { signal });
  }
  response.end();
}

/** Events of a stream, or the two halves of a document. */
function answerParts({ body, operation, timings }: UpstreamCall, done: string): string[] {
  if (body.stream) {
    const events = chatChunks(body, timings.contentChunks).map(
      (chunk) => `data: ${JSON.stringify(chunk)}\n\n`,
    );
    return done === '' ? events : [...events, done];
  }
  const text = JSON.stringify(operation === 'chat' ? chatCompletion(body) : embeddings(body));
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

function writeHead({ response, body }: UpstreamCall): void {
  response.writeHead(200, {
    'content-type': body.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
    'x-request-id': 'req_upstream',
  });
}

function refuse(
  { response }: UpstreamCall,
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(errorText(code, status));
}

function errorText(code: string, status: number): string {
  const type = status === 429 ? 'requests' : status < 500 ? 'invalid_request_error' : 'server_error';
  return JSON.stringify({ error: { message: `The upstream says ${code}.`, type, param: null, code } });
}

async function inParts({ response, signal }: UpstreamCall, bytes: Buffer, size: number, delayMs: number) {
  for (let at = 0; at < bytes.length; at += size) {
    response.write(bytes.subarray(at, at + size));
    // Each part in a packet of its own.
    await sleep(delayMs, undefined, { signal });
  }
}

function reset({ socket }: ServerResponse): void {
  socket?.resetAndDestroy();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
