import type { Exchange } from '../exchange.ts';
import type { BodyWriter, GatewayReply } from '../http.ts';
import { CapturedBody, maxKeptBytes } from '../stream/captured-body.ts';
import type { HeldKey } from './held-key.ts';

/** Statuses that say "not now": nothing was produced, and the same request may well succeed later. */
const notNow = [429, 499, 503];

/**
 * Keeps the answer under the key as it goes to the caller. From the moment that a model may have been called, failures
 * are kept too: they may have cost something. A refusal before that frees the key, and so does a stream that the caller
 * left or that failed before it began: there is no answer that a retry could be given.
 */
export async function keepAnswer(
  reply: GatewayReply,
  exchange: Exchange,
  held: HeldKey,
): Promise<GatewayReply> {
  if (typeof reply.body === 'function')
    return { ...reply, body: keepStream(reply, reply.body, exchange, held) };
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  if (!isFinal(reply.status, exchange)) await held.free();
  else if (body.byteLength > maxKeptBytes || isSecret(reply)) await held.lose();
  else await held.keep({ status: reply.status, headers: keptHeaders(reply), body });
  return reply;
}

/** A secret is shown once: neither a cache on its way nor a repetition of the request has it again. */
function isSecret({ headers }: GatewayReply): boolean {
  return headers['cache-control'] === 'no-store';
}

function isFinal(status: number, { served }: Exchange): boolean {
  if (status < 400) return true;
  return (served.attempts ?? 0) > 0 && !notNow.includes(status);
}

function keepStream(reply: GatewayReply, body: BodyWriter, { origin }: Exchange, held: HeldKey): BodyWriter {
  return async (write) => {
    const captured = new CapturedBody();
    try {
      await body(captured.through(write));
    } catch (error) {
      await held.free();
      throw error;
    }
    const { bytes } = captured;
    if (captured.producedNothing || (origin.signal.aborted && !captured.isComplete)) await held.free();
    else if (!bytes) await held.lose();
    else await held.keep({ status: reply.status, headers: keptHeaders(reply), body: bytes });
  };
}

/** What a replay tells again. All else is about one exchange: its ids, its limits, its times, its cost. */
const kept = ['content-type', 'cache-control', 'location', 'x-openclaw-model', 'x-openclaw-provider'];

function keptHeaders({ headers }: GatewayReply): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of kept) {
    const value = headers[name];
    if (value !== undefined) values[name] = value;
  }
  return values;
}
