/**
 * The machine's monotonic clock in milliseconds, one for all its processes, unlike `performance.now()`. A fake upstream
 * writes it into each chunk, so that a chunk tells how long it was on its way.
 */
export function chunkClockMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
