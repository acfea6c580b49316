import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(10 * 256);
let poolOffset = pool.length;

/**
 * A new request id: `req_` and a UUID version 7 (RFC 9562) without hyphens. The first twelve digits are the time in
 * milliseconds, so ids sort by time; the rest is random.
 */
export function newRequestId(nowMs: number = Date.now()): string {
  if (poolOffset >= pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const random = pool.toString('hex', poolOffset, poolOffset + 10);
  poolOffset += 10;
  const variant = '89ab'.charAt(Number.parseInt(random.charAt(3), 16) & 3);
  return `req_${nowMs.toString(16).padStart(12, '0')}7${random.slice(0, 3)}${variant}${random.slice(4, 19)}`;
}

/** The time at which the id was made, in epoch milliseconds. */
export function requestTimeMs(requestId: string): number {
  return Number.parseInt(requestId.slice(4, 16), 16);
}

/**
 * The partition of a request's records: tenant, day (UTC) and one of sixteen shards. It follows from the id alone, so
 * reading by id needs no index; a day of a tenant is sixteen queries; a tenant may write sixteen times what one
 * partition takes (1,000 writes/s).
 */
export function requestPartition(tenantId: string, requestId: string): string {
  const day = new Date(requestTimeMs(requestId)).toISOString().slice(0, 10);
  return `${tenantId}#${day}#${requestId.slice(-1)}`;
}
