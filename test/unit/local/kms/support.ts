import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { expect, onTestFinished } from 'vitest';
import { type KeyDeclaration, KeyStore } from '../../../../lib/local/kms/key-store.ts';
import { type KmsOptions, startKms } from '../../../../lib/local/kms/start-kms.ts';
import { temporaryDirectory } from '../support/write-assembly.ts';

export const keyArn = (keyId: string) => `arn:aws:kms:us-east-1:000000000000:key/${keyId}`;

/** Keys by the names that tests give them. */
export const keyIds = {
  data: '00000000-0000-4000-8000-000000000001',
  other: '00000000-0000-4000-8000-000000000002',
  mac: '00000000-0000-4000-8000-000000000003',
  p256: '00000000-0000-4000-8000-000000000004',
  p384: '00000000-0000-4000-8000-000000000005',
  ed25519: '00000000-0000-4000-8000-000000000006',
  rsaSign: '00000000-0000-4000-8000-000000000007',
  rsaEncrypt: '00000000-0000-4000-8000-000000000008',
  disabled: '00000000-0000-4000-8000-000000000009',
} as const;

const kinds: Readonly<Record<keyof typeof keyIds, Partial<KeyDeclaration>>> = {
  data: { description: 'Data', rotationEnabled: true },
  other: {},
  mac: { keySpec: 'HMAC_384' },
  p256: { keySpec: 'ECC_NIST_P256' },
  p384: { keySpec: 'ECC_NIST_P384' },
  ed25519: { keySpec: 'ECC_NIST_EDWARDS25519' },
  rsaSign: { keySpec: 'RSA_2048', keyUsage: 'SIGN_VERIFY' },
  rsaEncrypt: { keySpec: 'RSA_2048', keyUsage: 'ENCRYPT_DECRYPT' },
  disabled: { enabled: false },
};

export function declaration(keyId: string, changes: Partial<KeyDeclaration> = {}): KeyDeclaration {
  const arn = keyArn(keyId);
  const rest = { description: '', keySpec: 'SYMMETRIC_DEFAULT', enabled: true, rotationEnabled: false };
  return { keyId, arn, ...rest, ...changes };
}

/** A local KMS with the named keys and AWS's own client for it. */
export async function startFixture(
  names: readonly (keyof typeof keyIds)[],
  { path, ...options }: KmsOptions & { readonly path?: string } = {},
) {
  const file = path ?? join(await temporaryDirectory(), 'kms-keys.json');
  const keys = await KeyStore.open(file);
  for (const name of names) await keys.declare(declaration(keyIds[name], kinds[name]));
  const server = await startKms(keys, options);
  const client = new KMSClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await server.stop();
  });
  return { client, keys, path: file, endpoint: server.endpoint };
}

/** Expects a call to fail with AWS's name of the error. */
export async function expectError(call: Promise<unknown>, name: string): Promise<void> {
  await expect(call).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
}
