import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  GenerateMacCommand,
  GetPublicKeyCommand,
  SignCommand,
  type SigningAlgorithmSpec,
  VerifyCommand,
  VerifyMacCommand,
} from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { expectError, keyArn, keyIds, startFixture } from './support.ts';

type KeyName = keyof typeof keyIds;
const Message = Buffer.from('a checkpoint of a log');
const other = Buffer.from('another one');

const algorithms: readonly (readonly [SigningAlgorithmSpec, KeyName, string])[] = [
  ['ECDSA_SHA_256', 'p256', 'sha256'],
  ['ECDSA_SHA_384', 'p384', 'sha384'],
  ...(['256', '384', '512'] as const).flatMap((bits): [SigningAlgorithmSpec, KeyName, string][] => [
    [`RSASSA_PKCS1_V1_5_SHA_${bits}`, 'rsaSign', `sha${bits}`],
    [`RSASSA_PSS_SHA_${bits}`, 'rsaSign', `sha${bits}`],
  ]),
];

describe.each(algorithms)('%s', (SigningAlgorithm, name, hash) => {
  const KeyId = keyIds[name];
  const digest = (message: Buffer) => createHash(hash).update(message).digest();

  it('signs messages and digests alike', async () => {
    const { client } = await startFixture([name]);
    const raw = { KeyId, SigningAlgorithm, Message };
    const digested = { ...raw, Message: digest(Message), MessageType: 'DIGEST' as const };
    for (const signed of [raw, digested]) {
      const { Signature } = await client.send(new SignCommand(signed));
      for (const verified of [raw, digested]) {
        const answer = await client.send(new VerifyCommand({ ...verified, Signature }));
        expect(answer).toMatchObject({ SignatureValid: true, KeyId: keyArn(KeyId), SigningAlgorithm });
      }
    }
  });

  it('is not fooled by another message or digest, or a changed signature', async () => {
    const { client } = await startFixture([name]);
    const raw = { KeyId, SigningAlgorithm };
    const { Signature = new Uint8Array() } = await client.send(new SignCommand({ ...raw, Message }));
    const changed = Uint8Array.from(Signature, (byte, at) => (at === Signature.length - 5 ? byte ^ 1 : byte));
    const wrong = [
      { Message: other, Signature },
      { Message: digest(other), MessageType: 'DIGEST' as const, Signature },
      { Message, Signature: changed },
      { Message: digest(Message), MessageType: 'DIGEST' as const, Signature: changed },
      { Message: digest(Message), MessageType: 'DIGEST' as const, Signature: Buffer.from('nothing') },
    ];
    for (const input of wrong)
      await expectError(client.send(new VerifyCommand({ ...raw, ...input })), 'KMSInvalidSignatureException');
  });

  it('takes no digest of another length', async () => {
    const { client } = await startFixture([name]);
    const input = { KeyId, SigningAlgorithm, Message: Buffer.alloc(20), MessageType: 'DIGEST' as const };
    await expectError(client.send(new SignCommand(input)), 'ValidationException');
  });
});

describe('ED25519_SHA_512', () => {
  it('signs whole messages, as anybody with the public key can verify', async () => {
    const { client } = await startFixture(['ed25519']);
    const KeyId = keyIds.ed25519;
    const input = { KeyId, SigningAlgorithm: 'ED25519_SHA_512' as const, Message };
    const { Signature = new Uint8Array() } = await client.send(new SignCommand(input));
    const { PublicKey = new Uint8Array(), ...known } = await client.send(new GetPublicKeyCommand({ KeyId }));
    expect(known).toMatchObject({
      KeySpec: 'ECC_NIST_EDWARDS25519',
      KeyUsage: 'SIGN_VERIFY',
      SigningAlgorithms: ['ED25519_SHA_512'],
    });
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    expect(verify(null, Message, key, Signature)).toBe(true);
    const answer = await client.send(new VerifyCommand({ ...input, Signature }));
    expect(answer.SignatureValid).toBe(true);
    const forged = new VerifyCommand({ ...input, Message: other, Signature });
    await expectError(client.send(forged), 'KMSInvalidSignatureException');
    await expectError(
      client.send(new SignCommand({ ...input, MessageType: 'DIGEST' })),
      'ValidationException',
    );
  });
});

describe('a key', () => {
  it('signs with none but its own algorithms', async () => {
    const { client } = await startFixture(['p256', 'data']);
    for (const KeyId of [keyIds.p256, keyIds.data]) {
      const command = new SignCommand({ KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_384' });
      await expectError(client.send(command), 'InvalidKeyUsageException');
    }
  });

  it('signs messages of at most 4 KiB', async () => {
    const { client } = await startFixture(['p256']);
    const input = { KeyId: keyIds.p256, SigningAlgorithm: 'ECDSA_SHA_256' as const };
    await client.send(new SignCommand({ ...input, Message: Buffer.alloc(4_096) }));
    const tooLong = new SignCommand({ ...input, Message: Buffer.alloc(4_097) });
    await expectError(client.send(tooLong), 'ValidationException');
  });

  it('signs the same after a restart', async () => {
    const first = await startFixture(['p384']);
    const input = { KeyId: keyIds.p384, SigningAlgorithm: 'ECDSA_SHA_384' as const, Message };
    const { Signature } = await first.client.send(new SignCommand(input));
    const second = await startFixture(['p384'], { path: first.path });
    const answer = await second.client.send(new VerifyCommand({ ...input, Signature }));
    expect(answer.SignatureValid).toBe(true);
  });
});

describe('a MAC', () => {
  const input = { KeyId: keyIds.mac, MacAlgorithm: 'HMAC_SHA_384' as const, Message };

  it('is of its message and key alone', async () => {
    const { client } = await startFixture(['mac']);
    const { Mac } = await client.send(new GenerateMacCommand(input));
    expect(Mac).toHaveLength(48);
    expect(await client.send(new VerifyMacCommand({ ...input, Mac }))).toMatchObject({ MacValid: true });
    const wrong = [{ Message: other, Mac }, { Mac: Mac?.subarray(1) }];
    for (const change of wrong)
      await expectError(client.send(new VerifyMacCommand({ ...input, ...change })), 'KMSInvalidMacException');
  });

  it('is made with none but the algorithm of its key', async () => {
    const { client } = await startFixture(['mac', 'data']);
    for (const change of [{ MacAlgorithm: 'HMAC_SHA_256' as const }, { KeyId: keyIds.data }])
      await expectError(
        client.send(new GenerateMacCommand({ ...input, ...change })),
        'InvalidKeyUsageException',
      );
  });
});
