import type { BodyWriter } from '../http.ts';
import { ping } from './server-sent-events.ts';

/** The same body, with a ping whenever nothing was written for `intervalMs`. A caller who does not read gets none. */
export function withPings(body: BodyWriter, intervalMs: number): BodyWriter {
  return async (write) => {
    let quiet = true;
    let lagging = false;
    const pings = setInterval(() => {
      if (quiet && !lagging) void send(ping);
      quiet = true;
    }, intervalMs);
    const send = (chunk: Uint8Array) => {
      quiet = false;
      const waiting = write(chunk);
      if (!waiting) return undefined;
      lagging = true;
      return waiting.finally(() => {
        lagging = false;
      });
    };
    try {
      await body(send);
    } finally {
      clearInterval(pings);
    }
  };
}
