import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetKeyRotationStatusCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListAliasesCommand,
} from '@aws-sdk/client-kms';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServiceError } from '../../../../lib/local/engines/json-service.ts';
import type { ServiceCall } from '../../../../lib/local/engines/service-call.ts';
import { KeyStore } from '../../../../lib/local/kms/key-store.ts';
import { startServices } from '../support/start-services.ts';
import { temporaryDirectory } from '../support/write-assembly.ts';
import { declaration, expectError, keyArn, keyIds, startFixture } from './support.ts';

const Plaintext = Buffer.from('text');
const aliasArn = (name: string) => `arn:aws:kms:us-east-1:000000000000:${name}`;

describe('a key', () => {
  it('is described as it was declared, and not beyond', async () => {
    const { client } = await startFixture(['data', 'disabled', 'rsaSign']);
    const describeKey = async (KeyId: string) =>
      (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;
    expect(await describeKey(keyIds.data)).toMatchObject({
      AWSAccountId: '000000000000',
      Arn: keyArn(keyIds.data),
      KeyId: keyIds.data,
      Description: 'Data',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyUsage: 'ENCRYPT_DECRYPT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      KeyState: 'Enabled',
      CreationDate: expect.any(Date),
    });
    expect(await describeKey(keyIds.disabled)).toMatchObject({ Enabled: false, KeyState: 'Disabled' });
    expect((await describeKey(keyIds.rsaSign))?.SigningAlgorithms).toHaveLength(6);
    const rotation = await client.send(new GetKeyRotationStatusCommand({ KeyId: keyIds.data }));
    expect(rotation.KeyRotationEnabled).toBe(true);
  });

  it('is found by its id, its ARN and its aliases', async () => {
    const { client, keys } = await startFixture(['data']);
    keys.declareAlias({ name: 'alias/data', arn: aliasArn('alias/data'), target: keyArn(keyIds.data) });
    for (const KeyId of [keyIds.data, keyArn(keyIds.data), 'alias/data', aliasArn('alias/data')]) {
      const sealed = await client.send(new EncryptCommand({ KeyId, Plaintext }));
      expect(sealed.KeyId).toBe(keyArn(keyIds.data));
    }
  });

  it.each([
    ['an id that is none', 'nothing'],
    ['an id of no key', keyIds.other],
    ['an ARN of no key', keyArn(keyIds.other)],
    ['an ARN in another region', keyArn(keyIds.data).replace('us-east-1', 'eu-west-1')],
    ['an alias of no key', 'alias/none'],
  ])('is not found by %s', async (_what, KeyId) => {
    const { client } = await startFixture(['data']);
    await expectError(client.send(new EncryptCommand({ KeyId, Plaintext })), 'NotFoundException');
  });

  it('does nothing while it is disabled, and again once it is enabled', async () => {
    const { client, keys } = await startFixture(['data']);
    const KeyId = keyIds.data;
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext }));
    await keys.declare(declaration(KeyId, { enabled: false }));
    await expectError(client.send(new EncryptCommand({ KeyId, Plaintext })), 'DisabledException');
    await expectError(client.send(new DecryptCommand({ CiphertextBlob })), 'DisabledException');
    await keys.declare(declaration(KeyId));
    await client.send(new DecryptCommand({ CiphertextBlob }));
  });

  it('has a public half only if it is asymmetric', async () => {
    const { client } = await startFixture(['data', 'mac']);
    for (const KeyId of [keyIds.data, keyIds.mac])
      await expectError(client.send(new GetPublicKeyCommand({ KeyId })), 'UnsupportedOperationException');
  });

  it('lies in a file that its owner alone can read', async () => {
    const { path } = await startFixture(['data', 'p256']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toHaveLength(2);
  });

  it.each([
    ['of a kind that there is not', { keySpec: 'SM2' }, 'it has SYMMETRIC_DEFAULT, HMAC_256'],
    [
      'for what its kind is not for',
      { keyUsage: 'SIGN_VERIFY' },
      'is for ENCRYPT_DECRYPT, not for SIGN_VERIFY',
    ],
    ['that is asymmetric and rotates', { keySpec: 'RSA_2048', rotationEnabled: true }, 'can rotate'],
    ['in place of one of another kind', { keySpec: 'HMAC_256' }, 'another logical id'],
  ])('is not declared %s', async (_what, changes, message) => {
    const { keys } = await startFixture(['data']);
    await expect(keys.declare(declaration(keyIds.data, changes))).rejects.toThrow(message);
  });

  it('is not read from a damaged file, whose content is not shown', async () => {
    const file = join(await temporaryDirectory(), 'kms-keys.json');
    await writeFile(file, '[{"material":"c2VjcmV0"');
    const opening = KeyStore.open(file);
    await expect(opening).rejects.toThrow('is damaged');
    await expect(opening).rejects.not.toThrow('c2Vj');
  });
});

describe('aliases', () => {
  it('are listed by name, in pages, and by key', async () => {
    const { client, keys } = await startFixture(['data', 'other']);
    const names = ['alias/a', 'alias/b', 'alias/c'];
    for (const name of names)
      keys.declareAlias({
        name,
        arn: aliasArn(name),
        target: name === 'alias/b' ? keyIds.other : keyIds.data,
      });
    const first = await client.send(new ListAliasesCommand({ Limit: 2 }));
    expect(first).toMatchObject({ Truncated: true, Aliases: [{ AliasName: 'alias/a' }, {}] });
    const rest = await client.send(new ListAliasesCommand({ Marker: first.NextMarker }));
    expect(rest).toMatchObject({
      Truncated: false,
      Aliases: [{ AliasName: 'alias/c', AliasArn: aliasArn('alias/c'), TargetKeyId: keyIds.data }],
    });
    const ofOther = await client.send(new ListAliasesCommand({ KeyId: keyIds.other }));
    expect(ofOther.Aliases?.map(({ AliasName }) => AliasName)).toEqual(['alias/b']);
  });
});

describe('the server', () => {
  it('asks first whether a call may be made, and answers a refusal as KMS does', async () => {
    const calls: ServiceCall[] = [];
    const { client } = await startFixture(['data'], {
      authorize: (call) => {
        calls.push(call);
        throw new ServiceError('AccessDeniedException', 'you may not');
      },
    });
    const KeyId = keyIds.data;
    const sealing = client.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext: { a: 'b' } }));
    await expectError(sealing, 'AccessDeniedException');
    await expect(sealing).rejects.toThrow('you may not');
    expect(calls).toEqual([
      {
        service: 'kms',
        operation: 'Encrypt',
        region: 'us-east-1',
        accessKeyId: 'local',
        input: { KeyId, Plaintext: Plaintext.toString('base64'), EncryptionContext: { a: 'b' } },
      },
    ]);
  });

  it('answers a dry run without a result', async () => {
    const { client } = await startFixture(['data']);
    const KeyId = keyIds.data;
    await expectError(
      client.send(new EncryptCommand({ KeyId, Plaintext, DryRun: true })),
      'DryRunOperationException',
    );
    const unknown = new EncryptCommand({ KeyId: keyIds.other, Plaintext, DryRun: true });
    await expectError(client.send(unknown), 'NotFoundException');
  });

  it.each([
    ['an operation that it does not have', 'ScheduleKeyDeletion', '{}', 'UnknownOperationException'],
    ['a body that is no object', 'Encrypt', '[]', 'SerializationException'],
    ['a call without a key', 'Encrypt', '{"Plaintext":"dGV4dA=="}', 'ValidationException'],
    [
      'bytes that are not in Base64',
      'Encrypt',
      `{"KeyId":"${keyIds.data}","Plaintext":"?"}`,
      'SerializationException',
    ],
    [
      'a context that is no map',
      'Encrypt',
      `{"KeyId":"${keyIds.data}","Plaintext":"dGV4dA==","EncryptionContext":{"a":1}}`,
      'ValidationException',
    ],
    ['a request of an enclave', 'Decrypt', '{"Recipient":{}}', 'UnsupportedOperationException'],
  ])('refuses %s', async (_what, operation, body, type) => {
    const { endpoint } = await startFixture(['data']);
    const headers = { 'x-amz-target': `TrentService.${operation}` };
    const answer = await fetch(endpoint, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: type });
  });
});

describe('keys of a template', () => {
  it('encrypt, have their alias and outlive a restart', async () => {
    const resources = {
      Data: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true } },
      Signer: {
        Type: 'AWS::KMS::Key',
        Properties: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', Enabled: false },
      },
      Alias: {
        Type: 'AWS::KMS::Alias',
        Properties: { AliasName: 'alias/data', TargetKeyId: { 'Fn::GetAtt': ['Data', 'Arn'] } },
      },
    };
    const first = await startServices(resources);
    const { CiphertextBlob } = await clientOf(first).send(
      new EncryptCommand({ KeyId: 'alias/data', Plaintext }),
    );
    const signer = await clientOf(first).send(new DescribeKeyCommand({ KeyId: first.physicalId('Signer') }));
    expect(signer.KeyMetadata).toMatchObject({ KeySpec: 'ECC_NIST_P256', Enabled: false });
    await first.stop();
    const second = await startServices(resources, first.base);
    const opened = await clientOf(second).send(new DecryptCommand({ CiphertextBlob }));
    expect(opened.KeyId).toBe(keyArn(second.physicalId('Data')));
    expect(second.physicalId('Alias')).toBe('alias/data');
  });
});

function clientOf({ runtime }: Awaited<ReturnType<typeof startServices>>): KMSClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new KMSClient({ endpoint: runtime.endpoints.kms, region: runtime.region, credentials });
  onTestFinished(() => client.destroy());
  return client;
}
