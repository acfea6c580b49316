import { EncryptCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { requiredAccess } from '../../../../lib/local/kms/required-access.ts';
import { keyArn, keyIds, startFixture } from './support.ts';

const EncryptionContext = { tenant: 'acme' };
const name = 'alias/data';

async function sealed() {
  const { client, keys } = await startFixture(['data', 'other']);
  keys.declareAlias({ name, arn: `arn:aws:kms:us-east-1:000000000000:${name}`, target: keyIds.data });
  const command = new EncryptCommand({
    KeyId: keyIds.data,
    Plaintext: Buffer.from('text'),
    EncryptionContext,
  });
  const { CiphertextBlob: blob = [] } = await client.send(command);
  return { keys, CiphertextBlob: Buffer.from(blob).toString('base64') };
}

describe('what a call needs', () => {
  it('to decrypt is an action on the key in the ciphertext, with the context', async () => {
    const { keys, CiphertextBlob } = await sealed();
    expect(requiredAccess(keys, 'Decrypt', { CiphertextBlob, EncryptionContext })).toEqual([
      { action: 'kms:Decrypt', keyArn: keyArn(keyIds.data), encryptionContext: EncryptionContext },
    ]);
  });

  it('to encrypt again are two, each on its key and with its context', async () => {
    const { keys, CiphertextBlob } = await sealed();
    const input = {
      CiphertextBlob,
      SourceEncryptionContext: EncryptionContext,
      DestinationKeyId: keyIds.other,
      DestinationEncryptionContext: { tenant: 'globex' },
    };
    expect(requiredAccess(keys, 'ReEncrypt', input)).toEqual([
      { action: 'kms:ReEncryptFrom', keyArn: keyArn(keyIds.data), encryptionContext: EncryptionContext },
      {
        action: 'kms:ReEncryptTo',
        keyArn: keyArn(keyIds.other),
        encryptionContext: { tenant: 'globex' },
      },
    ]);
  });

  it('through an alias is an action on its key', async () => {
    const { keys } = await sealed();
    expect(requiredAccess(keys, 'GenerateDataKey', { KeyId: name })).toMatchObject([
      { action: 'kms:GenerateDataKey', keyArn: keyArn(keyIds.data) },
    ]);
  });

  it('without a key is an action on none', async () => {
    const { keys } = await sealed();
    expect(requiredAccess(keys, 'GenerateRandom', {})).toMatchObject([{ keyArn: '*' }]);
  });

  it.each([
    ['names no key', 'Sign', {}, 'ValidationException'],
    ['names one that is not there', 'Sign', { KeyId: 'alias/none' }, 'NotFoundException'],
    [
      'decrypts what is no ciphertext',
      'Decrypt',
      { CiphertextBlob: 'dGV4dA==' },
      'InvalidCiphertextException',
    ],
  ])('is not told where it %s', async (_what, operation, input, code) => {
    const { keys } = await sealed();
    expect(() => requiredAccess(keys, operation, input)).toThrow(expect.objectContaining({ code }));
  });
});
