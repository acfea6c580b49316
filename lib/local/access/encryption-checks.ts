import type { Check } from './check.ts';
import { encryptionContextKeys } from './encryption-context.ts';

/** A service that encrypts what it keeps with a key, in the name of the caller. */
export type EncryptingService = 'dynamodb' | 's3' | 'secretsmanager' | 'sqs';

/** What a call does with encrypted data. */
export type DataAccess = 'read' | 'write';

/**
 * What each service needs of a customer-managed key from its caller.
 * - https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html#dynamodb-kms-authz
 * - https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
 * - https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 * - https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
const keyOperations: Readonly<Record<EncryptingService, Readonly<Record<DataAccess, readonly string[]>>>> = {
  dynamodb: {
    read: ['Decrypt', 'DescribeKey'],
    write: [
      'Decrypt',
      'DescribeKey',
      'Encrypt',
      'GenerateDataKey',
      'GenerateDataKeyWithoutPlaintext',
      'ReEncryptFrom',
      'ReEncryptTo',
    ],
  },
  s3: { read: ['Decrypt'], write: ['GenerateDataKey', 'Decrypt'] },
  secretsmanager: { read: ['Decrypt'], write: ['GenerateDataKey', 'Decrypt'] },
  sqs: { read: ['Decrypt'], write: ['GenerateDataKey', 'Decrypt'] },
};

export interface EncryptedAccess {
  readonly service: EncryptingService;
  readonly access: DataAccess;
  readonly keyArn: string;
  readonly region: string;
  readonly urlSuffix: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
}

/** The permissions of the key that a call needs besides its own: the service asks KMS with the caller's. */
export function encryptionChecks(access: EncryptedAccess): readonly Check[] {
  const context = [
    ['kms:viaservice', [`${access.service}.${access.region}.${access.urlSuffix}`]],
    ['aws:viaawsservice', ['true']],
    ...encryptionContextKeys(access.encryptionContext),
  ] as const satisfies Check['context'];
  return keyOperations[access.service][access.access].map((operation) => ({
    action: `kms:${operation}`,
    resource: access.keyArn,
    context,
  }));
}
