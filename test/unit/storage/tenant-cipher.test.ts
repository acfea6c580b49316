import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CiphertextError, TenantCipher } from '../../../lib/storage/tenant-cipher.ts';
import { awsError, startFakeAws } from '../../support/fake-aws.ts';

const minute = 60_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const credentials = async () => ({
  accessKeyId: 'ASIA1',
  secretAccessKey: 's',
  sessionToken: 't',
  expiration: new Date(Date.now() + 60 * minute),
});

interface Input {
  readonly KeyId?: string;
  readonly CiphertextBlob: string;
  readonly EncryptionContext: { readonly tenantId: string };
}

/** KMS whose data keys are hashes of their names, which have the tenant in them. */
async function start() {
  const clock = { nowMs: 1_000_000_000_000 };
  const keyIds: (string | undefined)[] = [];
  let made = 0;
  const keyOf = (blob: string) => createHash('sha256').update(blob).digest('base64');
  const { calls } = await startFakeAws({
    'kms GenerateDataKey': (body) => {
      const { KeyId, EncryptionContext: context } = JSON.parse(body) as Input;
      made += 1;
      keyIds.push(KeyId);
      const CiphertextBlob = Buffer.from(`${context.tenantId}-${made}`).toString('base64');
      return { json: { KeyId, CiphertextBlob, Plaintext: keyOf(CiphertextBlob) } };
    },
    'kms Decrypt': (body) => {
      const { CiphertextBlob, EncryptionContext: context } = JSON.parse(body) as Input;
      const name = Buffer.from(CiphertextBlob, 'base64').toString();
      return name.startsWith(`${context.tenantId}-`)
        ? { json: { Plaintext: keyOf(CiphertextBlob) } }
        : awsError('InvalidCiphertextException', '');
    },
  });
  const make = () =>
    new TenantCipher({
      credentialsFor: () => credentials,
      keyFor: (tenantId) => `alias/${tenantId}`,
      region: 'eu-west-1',
      now: () => clock.nowMs,
    });
  return { clock, calls, keyIds, make };
}

describe('what a tenant says', () => {
  it.each(['', 'x', 'a secret', 'ä'.repeat(100_000)])('comes back as it was (%#)', async (text) => {
    const { make } = await start();
    const sealed = await make().encrypt('acme', bytes(text));
    expect(Buffer.from(await make().decrypt('acme', sealed))).toEqual(Buffer.from(text));
  });

  it('is never encrypted to the same bytes twice', async () => {
    const { make } = await start();
    const cipher = make();
    const [one, two] = [await cipher.encrypt('acme', bytes('a')), await cipher.encrypt('acme', bytes('a'))];
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
  });

  it('is encrypted under the tenant’s key', async () => {
    const { keyIds, make } = await start();
    const cipher = make();
    await cipher.encrypt('acme', bytes('a'));
    await cipher.encrypt('other', bytes('a'));
    expect(keyIds).toEqual(['alias/acme', 'alias/other']);
  });

  it('is nobody else’s, although the data key is in memory', async () => {
    const { make } = await start();
    const cipher = make();
    const sealed = await cipher.encrypt('acme', bytes('a'));
    await cipher.decrypt('acme', sealed);
    await expect(cipher.decrypt('other', sealed)).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  it.each([
    ['the version', 0],
    ['the length of the data key', 2],
    ['the data key', 5],
    ['the nonce', 14],
    ['the tag', 30],
    ['the text', -1],
  ])('is not taken with %s changed', async (_, at) => {
    const { make } = await start();
    const sealed = Buffer.from(await make().encrypt('acme', bytes('a secret')));
    const place = (at + sealed.length) % sealed.length;
    sealed.writeUInt8(sealed.readUInt8(place) ^ 1, place);
    await expect(make().decrypt('acme', sealed)).rejects.toThrow();
  });

  it('is not taken cut short, at any length', async () => {
    const { make } = await start();
    const cipher = make();
    const sealed = await cipher.encrypt('acme', bytes('a'));
    for (let length = 0; length < sealed.length; length += 1) {
      await expect(cipher.decrypt('acme', sealed.subarray(0, length))).rejects.toThrow();
    }
    await expect(cipher.decrypt('acme', sealed.subarray(0, 20))).rejects.toBeInstanceOf(CiphertextError);
  });
});

describe('data keys', () => {
  it('are made once for all that a tenant says in five minutes', async () => {
    const { clock, calls, make } = await start();
    const cipher = make();
    await Promise.all([cipher.encrypt('acme', bytes('a')), cipher.encrypt('acme', bytes('b'))]);
    clock.nowMs += 5 * minute - 1;
    await cipher.encrypt('acme', bytes('c'));
    expect(calls).toEqual(['kms GenerateDataKey']);
    clock.nowMs += 1;
    await cipher.encrypt('acme', bytes('d'));
    expect(calls).toEqual(['kms GenerateDataKey', 'kms GenerateDataKey']);
  });

  it('are opened once in five minutes, so that a permission that is taken away is gone soon', async () => {
    const { clock, calls, make } = await start();
    const cipher = make();
    const sealed = await make().encrypt('acme', bytes('a'));
    await Promise.all([cipher.decrypt('acme', sealed), cipher.decrypt('acme', sealed)]);
    expect(calls).toEqual(['kms GenerateDataKey', 'kms Decrypt']);
    clock.nowMs += 5 * minute;
    await cipher.decrypt('acme', sealed);
    expect(calls.filter((call) => call === 'kms Decrypt')).toHaveLength(2);
  });

  it('that KMS refuses are asked for again', async () => {
    let refuses = true;
    const key = Buffer.alloc(32).toString('base64');
    await startFakeAws({
      'kms GenerateDataKey': () =>
        refuses
          ? awsError('AccessDeniedException', 'no')
          : { json: { CiphertextBlob: 'AAAA', Plaintext: key } },
    });
    const cipher = new TenantCipher({
      credentialsFor: () => credentials,
      keyFor: () => 'alias/shared',
      region: 'eu-west-1',
    });
    await expect(cipher.encrypt('acme', bytes('a'))).rejects.toMatchObject({ name: 'AccessDeniedException' });
    refuses = false;
    await expect(cipher.encrypt('acme', bytes('a'))).resolves.toBeDefined();
  });
});
