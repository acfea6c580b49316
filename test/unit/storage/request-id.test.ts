import { describe, expect, it } from 'vitest';
import { newRequestId, requestPartition, requestTimeMs } from '../../../lib/storage/request-id.ts';

describe('newRequestId', () => {
  it('is a UUID of version 7 without hyphens', () => {
    for (let i = 0; i < 1_000; i += 1)
      expect(newRequestId()).toMatch(/^req_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });

  it('is never drawn twice and sorts by time', () => {
    const ids = Array.from({ length: 10_000 }, (_, i) => newRequestId(1_700_000_000_000 + i));
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });

  it('tells its time', () => {
    expect(requestTimeMs(newRequestId(1_795_000_000_123))).toBe(1_795_000_000_123);
  });
});

describe('requestPartition', () => {
  it('starts with the tenant and spreads a day over sixteen shards', () => {
    const at = Date.UTC(2026, 10, 23, 23, 59, 59, 999);
    const partitions = new Set(
      Array.from({ length: 2_000 }, () => requestPartition('acme', newRequestId(at))),
    );
    expect(partitions.size).toBe(16);
    for (const partition of partitions) expect(partition).toMatch(/^acme#2026-11-23#[0-9a-f]$/);
  });
});
