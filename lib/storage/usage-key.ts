/** Where a tenant's usage is kept, in the table of request records. */
export function usagePartition(tenantId: string): string {
  return `${tenantId}#usage`;
}

/** An hour (UTC) in a sort key, for example `2026-11-23T07`. */
export function hourName(ms: number): string {
  return new Date(ms).toISOString().slice(0, 13);
}

/** The key of an outcome that was filed late, beside the hour to which it belongs. */
export function lateOutcomeKey(tenantId: string, requestId: string, requestMs: number) {
  return {
    partition: { S: usagePartition(tenantId) },
    sort: { S: `${hourName(requestMs)}#late#${requestId}` },
  };
}
