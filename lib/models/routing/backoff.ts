/** How long retries wait. */
export interface BackoffLimits {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/**
 * Full jitter: anything between 0 and min(max, base·2ⁿ) with equal chance, which spreads a crowd of callers that failed
 * together better than a delay with a little noise
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param retry counts from 0.
 * @param random gives numbers from 0 up to, not including, 1.
 */
export function backoffMs(retry: number, limits: BackoffLimits, random: () => number): number {
  return random() * Math.min(limits.maxDelayMs, limits.baseDelayMs * 2 ** retry);
}
