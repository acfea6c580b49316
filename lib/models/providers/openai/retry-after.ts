import type { IncomingHttpHeaders } from 'node:http';

/**
 * How long an upstream asks to wait, in milliseconds: `retry-after-ms` (OpenAI), `x-ms-retry-after-ms` (Azure), or
 * `retry-after` in seconds or as a date (RFC 9110 §10.2.3), whichever comes first. Undefined where none is given or
 * none can be read; never negative.
 */
export function readRetryAfterMs(headers: IncomingHttpHeaders, nowMs: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const value = headers[name];
    if (typeof value === 'string' && isAmount(value)) return Math.ceil(Number(value));
  }
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (isAmount(value)) return Math.ceil(Number(value) * 1_000);
  // Date.parse makes a date of almost anything; an HTTP date has a time.
  const dateMs = value.includes(':') ? Date.parse(value) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

function isAmount(value: string): boolean {
  return value.trim() !== '' && Number.isFinite(Number(value)) && Number(value) >= 0;
}
