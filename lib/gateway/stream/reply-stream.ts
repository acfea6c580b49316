import type { RoutedAnswer } from '../../models/index.ts';
import type { StreamAnswer } from '../../plugin/index.ts';
import { toApiError } from '../errors/to-response.ts';
import { replyHeaders } from '../reply-headers.ts';
import type { CallContext } from '../steps/settle.ts';
import { relayStream } from './relay-stream.ts';
import { errorEvent } from './server-sent-events.ts';
import { streamBody } from './stream-body.ts';

type RoutedStream = RoutedAnswer & { readonly answer: StreamAnswer };

const waitedTooLong = Symbol('waited too long');

/**
 * Answers with a stream. Until the model's first content the status is still open, so a failure gets its own; but a
 * caller is not left in silence for longer than the ping interval: from then on the stream is under way, with pings,
 * and a failure is told in band.
 */
export async function replyStream(context: CallContext, routing: Promise<RoutedStream>): Promise<Response> {
  const { exchange, services } = context;
  const first = await Promise.race([routing, afterMs(services.pingIntervalMs, routing)]);
  const chunks = first === waitedTooLong ? relayOnceRouted(context, routing) : relayStream(context, first);
  const headers = replyHeaders(exchange);
  headers['content-type'] = 'text/event-stream; charset=utf-8';
  headers['cache-control'] = 'no-cache';
  return new Response(streamBody(chunks, services.pingIntervalMs), { status: 200, headers });
}

async function* relayOnceRouted(
  context: CallContext,
  routing: Promise<RoutedStream>,
): AsyncGenerator<Uint8Array, void> {
  let routed: RoutedStream;
  try {
    routed = await routing;
  } catch (thrown) {
    yield errorEvent(toApiError(thrown).body);
    return;
  }
  yield* relayStream(context, routed);
}

/** Resolves after the time; the timer ends with `until`. */
function afterMs(ms: number, until: Promise<unknown>): Promise<typeof waitedTooLong> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, waitedTooLong);
    const stop = () => clearTimeout(timer);
    until.then(stop, stop);
  });
}
