import { createSecretKey, type KeyObject } from 'node:crypto';
import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { RecentValues } from './recent-values.ts';
import type { CredentialsFor } from './tenant-clients.ts';

export interface DataKeyOptions {
  readonly credentialsFor: CredentialsFor;
  /** The KMS key, by ARN or alias, under which a tenant's texts are encrypted. */
  readonly keyFor: (tenantId: string) => string;
  /** Where KMS is. @default - found by the region and `AWS_ENDPOINT_URL_KMS` */
  readonly endpoint?: string;
  readonly region?: string;
}

/** A key to encrypt with, and the same key as KMS encrypted it. */
export interface DataKey {
  readonly key: KeyObject;
  readonly encrypted: Buffer;
}

/** Makes and opens data keys. */
export interface DataKeySource {
  generate(tenantId: string): Promise<DataKey>;
  open(tenantId: string, encrypted: Uint8Array): Promise<KeyObject>;
}

const mostClients = 1_000;

/** Data keys of KMS, each asked for with the credentials of its tenant and bound to the tenant's id. */
export function dataKeySource({ credentialsFor, keyFor, endpoint, region }: DataKeyOptions): DataKeySource {
  let first: KMSClient | undefined;
  const clients = new RecentValues(mostClients, (tenantId) => {
    const client = new KMSClient({
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      credentials: credentialsFor(tenantId),
      maxAttempts: 3,
      requestHandler: first?.config.requestHandler ?? { connectionTimeout: 1_000, requestTimeout: 5_000 },
    });
    first ??= client;
    return client;
  });
  return {
    async generate(tenantId) {
      const { Plaintext: plaintext, CiphertextBlob: encrypted } = await clients.get(tenantId).send(
        new GenerateDataKeyCommand({
          KeyId: keyFor(tenantId),
          KeySpec: 'AES_256',
          EncryptionContext: { tenantId },
        }),
      );
      if (!plaintext || !encrypted) throw new Error(`KMS made no data key for tenant ${tenantId}`);
      return { key: takeKey(plaintext), encrypted: Buffer.from(encrypted) };
    },
    async open(tenantId, encrypted) {
      // Without the KMS key's id: a tenant that gets a key of its own still has what was encrypted before. Which keys may
      // be used at all, the role says.
      const { Plaintext: plaintext } = await clients
        .get(tenantId)
        .send(new DecryptCommand({ CiphertextBlob: encrypted, EncryptionContext: { tenantId } }));
      if (!plaintext) throw new Error(`KMS opened no data key for tenant ${tenantId}`);
      return takeKey(plaintext);
    },
  };
}

/** A key whose bytes are nowhere else in this process. */
function takeKey(bytes: Uint8Array): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
