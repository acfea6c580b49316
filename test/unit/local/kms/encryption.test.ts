import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateRandomCommand,
  ReEncryptCommand,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { expectError, keyArn, keyIds, startFixture } from './support.ts';

const Plaintext = Buffer.from('Grüße');
const EncryptionContext = { tenant: 'acme', table: 'requests' };

describe('symmetric encryption', () => {
  it('is undone without naming the key, by the same context in any order', async () => {
    const { client } = await startFixture(['data']);
    const sealed = await client.send(
      new EncryptCommand({ KeyId: keyIds.data, Plaintext, EncryptionContext }),
    );
    expect(sealed).toMatchObject({ KeyId: keyArn(keyIds.data), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
    const { CiphertextBlob } = sealed;
    const opened = await client.send(
      new DecryptCommand({ CiphertextBlob, EncryptionContext: { table: 'requests', tenant: 'acme' } }),
    );
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
    expect(opened.KeyId).toBe(keyArn(keyIds.data));
  });

  it.each([
    ['another value', { ...EncryptionContext, tenant: 'globex' }],
    ['an entry less', { tenant: 'acme' }],
    ['an entry more', { ...EncryptionContext, more: 'x' }],
    ['none', undefined],
  ])('fails on a context with %s', async (_what, other) => {
    const { client } = await startFixture(['data']);
    const { CiphertextBlob } = await client.send(
      new EncryptCommand({ KeyId: keyIds.data, Plaintext, EncryptionContext }),
    );
    const opening = client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: other }));
    await expectError(opening, 'InvalidCiphertextException');
  });

  it('fails on a blob of which any byte was changed, or the end cut off', async () => {
    const { client } = await startFixture(['data']);
    const { CiphertextBlob = new Uint8Array() } = await client.send(
      new EncryptCommand({ KeyId: keyIds.data, Plaintext }),
    );
    for (let at = 0; at < CiphertextBlob.length; at += 1) {
      const changed = Uint8Array.from(CiphertextBlob, (byte, index) => (index === at ? byte ^ 1 : byte));
      const opening = client.send(new DecryptCommand({ CiphertextBlob: changed, KeyId: undefined }));
      await expect(opening).rejects.toMatchObject({
        // A changed key id names a key that nobody knows.
        name: at >= 4 && at < 20 ? 'AccessDeniedException' : 'InvalidCiphertextException',
      });
    }
    const cut = client.send(new DecryptCommand({ CiphertextBlob: CiphertextBlob.subarray(0, -1) }));
    await expectError(cut, 'InvalidCiphertextException');
  });

  it('is not undone under the name of another key', async () => {
    const { client } = await startFixture(['data', 'other']);
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: keyIds.data, Plaintext }));
    const opening = client.send(new DecryptCommand({ CiphertextBlob, KeyId: keyIds.other }));
    await expectError(opening, 'IncorrectKeyException');
  });

  it('moves to another key and context without showing the plaintext', async () => {
    const { client } = await startFixture(['data', 'other']);
    const { CiphertextBlob } = await client.send(
      new EncryptCommand({ KeyId: keyIds.data, Plaintext, EncryptionContext }),
    );
    const moved = await client.send(
      new ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: keyIds.other,
        DestinationEncryptionContext: { tenant: 'globex' },
      }),
    );
    expect(moved).toMatchObject({ SourceKeyId: keyArn(keyIds.data), KeyId: keyArn(keyIds.other) });
    expect(moved).not.toHaveProperty('Plaintext');
    const opened = await client.send(
      new DecryptCommand({
        CiphertextBlob: moved.CiphertextBlob,
        EncryptionContext: { tenant: 'globex' },
      }),
    );
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
  });

  it('takes 4 KiB and not a byte more', async () => {
    const { client } = await startFixture(['data']);
    const KeyId = keyIds.data;
    await client.send(new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(4_096) }));
    await expectError(
      client.send(new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(4_097) })),
      'ValidationException',
    );
    await expectError(
      client.send(new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(0) })),
      'ValidationException',
    );
  });

  it('survives a restart', async () => {
    const first = await startFixture(['data']);
    const { CiphertextBlob } = await first.client.send(new EncryptCommand({ KeyId: keyIds.data, Plaintext }));
    const second = await startFixture(['data'], { path: first.path });
    const opened = await second.client.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext);
  });
});

describe('a data key', () => {
  it.each([
    ['AES_256', { KeySpec: 'AES_256' as const }, 32],
    ['AES_128', { KeySpec: 'AES_128' as const }, 16],
    ['a number of bytes', { NumberOfBytes: 64 }, 64],
  ])('of %s comes plain and encrypted', async (_what, size, bytes) => {
    const { client } = await startFixture(['data']);
    const made = await client.send(
      new GenerateDataKeyCommand({ KeyId: keyIds.data, EncryptionContext, ...size }),
    );
    expect(made.Plaintext).toHaveLength(bytes);
    const { CiphertextBlob } = made;
    const opened = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(opened.Plaintext).toEqual(made.Plaintext);
  });

  it('comes encrypted only, where that is asked for', async () => {
    const { client } = await startFixture(['data']);
    const made = await client.send(
      new GenerateDataKeyWithoutPlaintextCommand({ KeyId: keyIds.data, KeySpec: 'AES_256' }),
    );
    expect(made).not.toHaveProperty('Plaintext');
    const { CiphertextBlob } = made;
    expect((await client.send(new DecryptCommand({ CiphertextBlob }))).Plaintext).toHaveLength(32);
  });

  it('needs one size, and a symmetric key', async () => {
    const { client } = await startFixture(['data', 'rsaEncrypt']);
    for (const size of [{}, { KeySpec: 'AES_256' as const, NumberOfBytes: 32 }, { NumberOfBytes: 1_025 }]) {
      const making = client.send(new GenerateDataKeyCommand({ KeyId: keyIds.data, ...size }));
      await expectError(making, 'ValidationException');
    }
    const wrongKey = new GenerateDataKeyCommand({ KeyId: keyIds.rsaEncrypt, KeySpec: 'AES_256' });
    await expectError(client.send(wrongKey), 'InvalidKeyUsageException');
  });
});

describe('RSA encryption', () => {
  it.each([
    ['RSAES_OAEP_SHA_1', 214],
    ['RSAES_OAEP_SHA_256', 190],
  ] as const)('%s takes up to %i bytes and names its key', async (EncryptionAlgorithm, maxBytes) => {
    const { client } = await startFixture(['rsaEncrypt']);
    const KeyId = keyIds.rsaEncrypt;
    const longest = Buffer.alloc(maxBytes, 7);
    const { CiphertextBlob } = await client.send(
      new EncryptCommand({ KeyId, EncryptionAlgorithm, Plaintext: longest }),
    );
    const opened = await client.send(new DecryptCommand({ KeyId, EncryptionAlgorithm, CiphertextBlob }));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(longest);
    const tooLong = new EncryptCommand({ KeyId, EncryptionAlgorithm, Plaintext: Buffer.alloc(maxBytes + 1) });
    await expectError(client.send(tooLong), 'ValidationException');
    const nameless = new DecryptCommand({ EncryptionAlgorithm, CiphertextBlob });
    await expectError(client.send(nameless), 'ValidationException');
    const tampered = Uint8Array.from(CiphertextBlob ?? [], (byte, index) => (index === 9 ? byte ^ 1 : byte));
    const opening = new DecryptCommand({ KeyId, EncryptionAlgorithm, CiphertextBlob: tampered });
    await expectError(client.send(opening), 'InvalidCiphertextException');
  });

  it('has no encryption context', async () => {
    const { client } = await startFixture(['rsaEncrypt']);
    const command = new EncryptCommand({
      KeyId: keyIds.rsaEncrypt,
      EncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
      Plaintext,
      EncryptionContext,
    });
    await expectError(client.send(command), 'ValidationException');
  });
});

describe('random bytes', () => {
  it('are as many as asked for, and others each time', async () => {
    const { client } = await startFixture([]);
    const [one, other] = await Promise.all(
      [1, 2].map(() => client.send(new GenerateRandomCommand({ NumberOfBytes: 1_024 }))),
    );
    expect(one?.Plaintext).toHaveLength(1_024);
    expect(one?.Plaintext).not.toEqual(other?.Plaintext);
    await expectError(client.send(new GenerateRandomCommand({})), 'ValidationException');
  });
});
