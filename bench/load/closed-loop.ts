import { Failures } from './failures.ts';
import type { Sender } from './sender.ts';

/** What a number of callers got who each send the next request when the last one is answered. */
export interface ClosedLoopResult {
  readonly answered: number;
  readonly failures: Failures;
  /** From the first request to the last answer. */
  readonly elapsedMs: number;
}

/** A system that refuses at once would otherwise be asked, and the failures counted, without end. */
const tolerableFailures = 100;

/**
 * Measures capacity: each caller sends as fast as it is answered. Says nothing about latency, since a slow system is
 * asked less. Every request that was sent is waited for, so that none is counted half.
 */
export async function runClosedLoop(
  sender: Sender,
  load: { readonly callers: number; readonly seconds: number },
): Promise<ClosedLoopResult> {
  const failures = new Failures();
  let answered = 0;
  const startMs = performance.now();
  const endMs = startMs + load.seconds * 1_000;
  const call = async () => {
    while (performance.now() < endMs) {
      try {
        await sender.send();
        answered += 1;
      } catch (error) {
        failures.add(error);
        if (failures.count >= tolerableFailures) return;
      }
    }
  };
  await Promise.all(Array.from({ length: load.callers }, call));
  return { answered, failures, elapsedMs: performance.now() - startMs };
}
