import { Failures } from './failures.ts';
import { pace } from './pace.ts';
import type { Sender } from './sender.ts';

/** What callers got who came at a fixed rate, however slowly the earlier ones were answered. */
export interface OpenLoopResult {
  /** From the time at which each request was to be sent to the end of its answer. */
  readonly latenciesMs: readonly number[];
  /** How late the generator itself was in sending: the error of the measurement. */
  readonly latenessMs: readonly number[];
  readonly failures: Failures;
}

/**
 * Measures latency at a fixed rate, from the intended time of sending: a request that waits behind a slow one, in the
 * system or for a connection, counts that wait (no coordinated omission).
 */
export async function runOpenLoop(
  sender: Sender,
  load: { readonly perSecond: number; readonly seconds: number },
): Promise<OpenLoopResult> {
  const failures = new Failures();
  const latenciesMs: number[] = [];
  const latenessMs: number[] = [];
  const underWay: Promise<void>[] = [];
  await pace(load, (intendedMs) => {
    latenessMs.push(performance.now() - intendedMs);
    underWay.push(
      sender.send().then(
        () => void latenciesMs.push(performance.now() - intendedMs),
        (error) => failures.add(error),
      ),
    );
  });
  await Promise.all(underWay);
  return { latenciesMs, latenessMs, failures };
}
