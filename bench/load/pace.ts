import { setTimeout } from 'node:timers/promises';

/**
 * Calls `send` at evenly spaced times, whatever became of the earlier calls, and resolves after the last call.
 * A call that comes late is given the time at which it should have come: a caller who measures from then measures
 * also what the delay hid. Timers are late by up to a millisecond, alike for every system; polling for the exact time
 * would take processor time from what is measured.
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
    const waitMs = intendedMs - performance.now();
    if (waitMs > 0) await setTimeout(Math.ceil(waitMs));
    send(intendedMs);
  }
}
