/** What a process has used since it started. */
export interface Usage {
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  /** CPU time of the whole process, user and system. */
  readonly processCpuMs: number;
}

/** What this process has used. */
export function ownUsage(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: maxRSS * 1_024,
    processCpuMs: (userCPUTime + systemCPUTime) / 1_000,
  };
}
