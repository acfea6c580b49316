const minuteMs = 60_000;

/**
 * After the end of a lease, before it is settled for its process: twice what clocks may differ by, so that by its own
 * clock the process knows, too, that it is over.
 */
export const abandonedAfterMs = 10 * minuteMs;

/** A request may have had its id so long before it held anything. */
export const longestBeforeHoldMs = 20 * minuteMs;

/** A lease for many requests is drawn from for so long; then the next one is begun. */
export const drawnFromMs = minuteMs;

/** What was spent of a lease that goes on is settled after this. */
export const reportedAfterMs = 2_000;
