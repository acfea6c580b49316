import { toApiError } from '../errors/to-reply.ts';
import type { BodyWriter, GatewayReply } from '../http.ts';
import { replyHeaders } from '../reply-headers.ts';
import type { CallContext } from '../steps/settle.ts';
import { type RoutedStream, relayStream } from './relay-stream.ts';
import { errorEvent } from './server-sent-events.ts';
import { withPings } from './with-pings.ts';

const waitedTooLong = Symbol('waited too long');

/**
 * Answers with a stream. Until the model's first content the status is still open, so a failure gets its own; but a
 * caller is not left in silence for longer than the ping interval: from then on the stream is under way, with pings,
 * and a failure is told in band.
 */
export async function replyStream(
  context: CallContext,
  routing: Promise<RoutedStream>,
): Promise<GatewayReply> {
  const { exchange, services } = context;
  const first = await Promise.race([routing, afterMs(services.pingIntervalMs, routing)]);
  const body: BodyWriter = async (write) => {
    if (first !== waitedTooLong) return await relayStream(context, first, write);
    let routed: RoutedStream;
    try {
      routed = await routing;
    } catch (thrown) {
      await write(errorEvent(toApiError(thrown).body));
      return;
    }
    await relayStream(context, routed, write);
  };
  const headers = replyHeaders(exchange);
  headers['content-type'] = 'text/event-stream; charset=utf-8';
  headers['cache-control'] = 'no-cache';
  return { status: 200, headers, body: withPings(body, services.pingIntervalMs) };
}

/** Resolves after the time; the timer ends with `until`. */
function afterMs(ms: number, until: Promise<unknown>): Promise<typeof waitedTooLong> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, waitedTooLong);
    const stop = () => clearTimeout(timer);
    until.then(stop, stop);
  });
}
