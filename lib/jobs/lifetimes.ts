const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** The longest that a tenant may let a request wait for a reviewer. */
export const longestHoldMs = 30 * dayMs;

/** How long a job waits for a worker, the time of a model that is out of reach or of a limit that is used up included. */
export const runWithinMs = dayMs;

/** How long a job and its contents are kept after its end. */
export const keptAfterEndMs = 30 * dayMs;

/** A request's body is kept for as long as the longest way of a job takes: held, rejected, appealed, held, run, kept. */
export const bodyKeptMs = 2 * longestHoldMs + 2 * keptAfterEndMs + runWithinMs;

/** Items that no sweep has removed go by themselves this long after their time. */
export const graceMs = 7 * dayMs;

/** Without renewal, a worker's job is taken from it after this. */
export const leaseMs = 90_000;

/** A lease is renewed this often: two renewals may fail. */
export const renewEveryMs = 30_000;

/** A message that has not led to anything for this long is taken to be lost. */
export const resendAfterMs = 2 * minuteMs;

/** How often a worker may take a job up. */
export const maxAttempts = 3;
