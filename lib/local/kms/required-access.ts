import type { JsonInput } from '../engines/serve-json-service.ts';
import { sourceKey } from './encryption.ts';
import type { KeyStore } from './key-store.ts';
import { type EncryptionContext, readBytes, readContext, readOptionalText, readText } from './read-input.ts';

/** An action on a key that a call needs to be allowed. */
export interface KeyAccess {
  /** Such as `kms:Decrypt`. */
  readonly action: string;
  /** `*` for an action that is not one on a key. */
  readonly keyArn: string;
  readonly encryptionContext: EncryptionContext;
}

const ANY_SIZE = { min: 0, max: Number.MAX_SAFE_INTEGER };
const withoutKey: ReadonlySet<string> = new Set(['GenerateRandom', 'ListAliases']);

/**
 * The actions that a call needs, on the keys that it names by an id, an ARN, an alias or within a ciphertext. ReEncrypt
 * needs one on each of two keys.
 * https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
 *
 * @throws ServiceError where the call names no key that is there; executed, it would fail with the same error
 */
export function requiredAccess(keys: KeyStore, operation: string, input: JsonInput): readonly KeyAccess[] {
  if (withoutKey.has(operation)) return [{ action: `kms:${operation}`, keyArn: '*', encryptionContext: {} }];
  if (operation === 'ReEncrypt') {
    return [
      {
        action: 'kms:ReEncryptFrom',
        keyArn: decryptingKey(keys, input, 'Source'),
        encryptionContext: readContext(input, 'SourceEncryptionContext'),
      },
      {
        action: 'kms:ReEncryptTo',
        keyArn: keys.find(readText(input, 'DestinationKeyId')).arn,
        encryptionContext: readContext(input, 'DestinationEncryptionContext'),
      },
    ];
  }
  const keyArn =
    operation === 'Decrypt' ? decryptingKey(keys, input, '') : keys.find(readText(input, 'KeyId')).arn;
  return [{ action: `kms:${operation}`, keyArn, encryptionContext: readContext(input, 'EncryptionContext') }];
}

function decryptingKey(keys: KeyStore, input: JsonInput, prefix: '' | 'Source'): string {
  const blob = readBytes(input, 'CiphertextBlob', ANY_SIZE);
  const algorithm = readOptionalText(input, `${prefix}EncryptionAlgorithm`) ?? 'SYMMETRIC_DEFAULT';
  return sourceKey(keys, blob, readOptionalText(input, `${prefix}KeyId`), algorithm).arn;
}
