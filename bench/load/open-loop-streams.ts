import { chunkClockMs } from './chunk-clock.ts';
import { ChunkReader } from './chunk-reader.ts';
import { Failures } from './failures.ts';
import { pace } from './pace.ts';
import { type Sender, UnexpectedAnswer } from './sender.ts';

/** What callers saw who opened streams at a fixed rate. */
export interface StreamsResult {
  /** From the time at which each request was to be sent to its first content. */
  readonly firstTokensMs: readonly number[];
  /** How long each chunk was on its way from the upstream's write to here. */
  readonly transitsMs: readonly number[];
  /** How much longer or shorter than the chunk before it each chunk was on its way (RFC 3550, section 6.4.1). */
  readonly jittersMs: readonly number[];
  readonly failures: Failures;
}

/**
 * Measures streams whose chunks carry the time of their writing. A stream that ends without `[DONE]`, or with another
 * number of chunks than expected, is a failure.
 */
export async function runOpenLoopStreams(
  sender: Sender,
  load: { readonly perSecond: number; readonly seconds: number; readonly chunks: number },
): Promise<StreamsResult> {
  const failures = new Failures();
  const firstTokensMs: number[] = [];
  const transitsMs: number[] = [];
  const jittersMs: number[] = [];

  const stream = async (intendedMs: number) => {
    const reader = new ChunkReader();
    const transits: number[] = [];
    let firstTokenMs = 0;
    await sender.send((piece) => {
      const nowMs = chunkClockMs();
      for (const content of reader.read(piece)) {
        if (transits.length === 0) firstTokenMs = performance.now() - intendedMs;
        transits.push(nowMs - Number(content));
      }
    });
    if (!reader.done || transits.length !== load.chunks) {
      throw new UnexpectedAnswer(`a stream of ${transits.length} chunks, [DONE]: ${reader.done}`);
    }
    firstTokensMs.push(firstTokenMs);
    transitsMs.push(...transits);
    jittersMs.push(...transits.slice(1).map((transit, i) => Math.abs(transit - (transits[i] ?? 0))));
  };

  const underWay: Promise<void>[] = [];
  await pace(load, (intendedMs) => {
    underWay.push(stream(intendedMs).catch((error) => failures.add(error)));
  });
  await Promise.all(underWay);
  return { firstTokensMs, transitsMs, jittersMs, failures };
}
