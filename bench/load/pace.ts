import { setImmediate, setTimeout } from 'node:timers/promises';

/** Timers are late by up to a millisecond and a little; the rest of a wait is spent polling for events. */
const timerSlackMs = 1.5;

/**
 * Calls `send` at evenly spaced times, whatever became of the earlier calls, and resolves after the last call.
 * A call that comes late is given the time at which it should have come: a caller who measures from then measures
 * also what the delay hid.
 *
 * @param send - is given the intended time, on the clock of `performance.now()`
 */
export async function pace(
  load: { readonly perSecond: number; readonly seconds: number },
  send: (intendedMs: number) => void,
): Promise<void> {
  const count = Math.round(load.perSecond * load.seconds);
  const startMs = performance.now() + 10;
  for (let i = 0; i < count; i += 1) {
    const intendedMs = startMs + (i * 1_000) / load.perSecond;
    const waitMs = intendedMs - performance.now() - timerSlackMs;
    if (waitMs >= 1) await setTimeout(waitMs);
    while (performance.now() < intendedMs) await setImmediate();
    send(intendedMs);
  }
}
