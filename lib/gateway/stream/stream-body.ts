import { ping } from './server-sent-events.ts';

/**
 * A response body that pulls from `chunks` as fast as the caller reads, and sends a ping whenever nothing else was
 * sent for `pingIntervalMs`. A caller who leaves ends the iteration.
 */
export function streamBody(
  chunks: AsyncGenerator<Uint8Array, void>,
  pingIntervalMs: number,
): ReadableStream<Uint8Array> {
  let quiet = true;
  let pings: NodeJS.Timeout | undefined;
  const stop = () => clearInterval(pings);
  return new ReadableStream<Uint8Array>({
    start(controller) {
      pings = setInterval(() => {
        // A caller who does not read needs no ping either.
        if (quiet && (controller.desiredSize ?? 0) > 0) controller.enqueue(ping);
        quiet = true;
      }, pingIntervalMs);
    },
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done) {
          stop();
          controller.close();
          return;
        }
        quiet = false;
        controller.enqueue(value);
      } catch (error) {
        stop();
        controller.error(error);
      }
    },
    async cancel() {
      stop();
      await chunks.return();
    },
  });
}
