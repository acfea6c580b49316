import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiKeyRecord } from '../../../lib/storage/api-key-store.ts';
import { Authenticator, formatApiKey, hashApiKey, newApiKey } from '../../../lib/tenancy/index.ts';

const pepper = 'pepper';
const key = newApiKey('dev');
const record: ApiKeyRecord = {
  keyId: key.keyId,
  hash: hashApiKey(key, pepper).toString('hex'),
  tenantId: 'acme',
  projectId: 'search',
  name: 'test',
  scopes: ['model:invoke'],
  createdAtMs: 0,
};

let now: number;
let stored: ApiKeyRecord | undefined;
let reads: number;
let authenticator: Authenticator;

beforeEach(() => {
  now = 1_000_000;
  stored = record;
  reads = 0;
  authenticator = new Authenticator({
    store: {
      get: async (keyId) => {
        reads += 1;
        return keyId === record.keyId ? stored : undefined;
      },
    },
    pepper: async () => pepper,
    environment: 'dev',
    cacheMs: 60_000,
    now: () => now,
  });
});

describe('Authenticator', () => {
  it('accepts the right key and tells whose it is', async () => {
    expect(await authenticator.authenticate(formatApiKey(key))).toEqual({
      accepted: true,
      principal: {
        kind: 'api-key',
        keyId: key.keyId,
        tenantId: 'acme',
        homeTenantId: 'acme',
        projectId: 'search',
        role: 'member',
        permissions: new Set(['model:invoke']),
      },
    });
  });

  it('tells what the key says of its holder', async () => {
    stored = { ...record, role: 'auditor', scopes: ['usage:read', 'keys:write'], userId: 'user_1' };
    stored = { ...stored, allowedModels: ['small'] };
    expect(await authenticator.authenticate(formatApiKey(key))).toMatchObject({
      principal: {
        role: 'auditor',
        permissions: new Set(['usage:read']),
        userId: 'user_1',
        allowedModels: ['small'],
      },
    });
  });

  const other = newApiKey('dev');
  it.each([
    ['nonsense', 'malformed'],
    ['', 'malformed'],
    [`${formatApiKey(key)}x`, 'malformed'],
    [formatApiKey({ ...key, environment: 'prod' }), 'other-environment'],
    [formatApiKey({ ...key, secret: other.secret }), 'wrong-secret'],
    [formatApiKey(other), 'unknown'],
  ])('refuses %s as %s', async (presented, reason) => {
    expect(await authenticator.authenticate(presented)).toMatchObject({ accepted: false, reason });
  });

  it('refuses a revoked and an expired key', async () => {
    stored = { ...record, revokedAtMs: 1 };
    expect(await authenticator.authenticate(formatApiKey(key))).toMatchObject({ reason: 'revoked' });
    now += 60_000;
    stored = { ...record, expiresAtMs: now };
    expect(await authenticator.authenticate(formatApiKey(key))).toMatchObject({ reason: 'expired' });
  });

  it.each([
    ['192.0.2.7', true],
    ['::ffff:192.0.2.7', true],
    ['2001:db8::1', true],
    ['198.51.100.1', false],
    ['', false],
  ])('takes a key with source ranges from %j: %s', async (address, accepted) => {
    stored = { ...record, sourceRanges: ['192.0.2.0/24', '2001:db8::/32'] };
    expect(await authenticator.authenticate(formatApiKey(key), address)).toMatchObject(
      accepted ? { accepted } : { accepted, reason: 'source-address', keyId: key.keyId },
    );
  });

  it('reads a changed record at once when it is told to forget it', async () => {
    await authenticator.authenticate(formatApiKey(key));
    stored = { ...record, revokedAtMs: now };
    authenticator.forget(key.keyId);
    expect(await authenticator.authenticate(formatApiKey(key))).toMatchObject({ reason: 'revoked' });
  });

  it('reads a record once for many concurrent requests and again after the cache time', async () => {
    await Promise.all(Array.from({ length: 50 }, () => authenticator.authenticate(formatApiKey(key))));
    expect(reads).toBe(1);
    now += 59_999;
    await authenticator.authenticate(formatApiKey(key));
    expect(reads).toBe(1);
    now += 1;
    await authenticator.authenticate(formatApiKey(key));
    expect(reads).toBe(2);
  });

  it('notices a revocation within the cache time', async () => {
    await authenticator.authenticate(formatApiKey(key));
    stored = { ...record, revokedAtMs: now };
    now += 60_000;
    expect(await authenticator.authenticate(formatApiKey(key))).toMatchObject({
      accepted: false,
      reason: 'revoked',
    });
  });

  it('notices a new key a few seconds after it was asked for in vain', async () => {
    stored = undefined;
    expect(await authenticator.authenticate(formatApiKey(key))).toMatchObject({ reason: 'unknown' });
    stored = record;
    now += 5_000;
    expect(await authenticator.authenticate(formatApiKey(key))).toMatchObject({ accepted: true });
  });

  it('notes the use of a key once an hour, whichever process did', async () => {
    const notes: number[][] = [];
    const noting = () =>
      new Authenticator({
        store: {
          get: async () => record,
          noteUse: async (_keyId, nowMs, latelyMs) => void notes.push([nowMs, latelyMs]),
        },
        pepper: async () => pepper,
        environment: 'dev',
        cacheMs: 60_000,
        now: () => now,
      });
    const hour = 3_600_000;
    const first = noting();
    await first.authenticate(formatApiKey(key));
    await first.noteUse(key.keyId);
    now += hour - 1;
    expect(first.noteUse(key.keyId)).toBeUndefined();
    now += 1;
    await first.noteUse(key.keyId);
    expect(notes).toEqual([
      [1_000_000, 1_000_000 - hour],
      [1_000_000 + hour, 1_000_000],
    ]);
    stored = { ...record, lastUsedAtMs: now - 1 };
    await authenticator.authenticate(formatApiKey(key));
    expect(authenticator.noteUse(key.keyId)).toBeUndefined();
  });

  it('does not remember a failed read', async () => {
    let failures = 1;
    const flaky = new Authenticator({
      store: {
        get: async () => {
          if (failures-- > 0) throw new Error('throttled');
          return record;
        },
      },
      pepper: async () => pepper,
      environment: 'dev',
      cacheMs: 60_000,
    });
    await expect(flaky.authenticate(formatApiKey(key))).rejects.toThrow('throttled');
    expect(await flaky.authenticate(formatApiKey(key))).toMatchObject({ accepted: true });
  });
});
