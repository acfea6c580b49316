import { createPublicKey } from 'node:crypto';
import { ServiceError } from '../engines/json-service.ts';
import type { JsonInput } from '../engines/serve-json-service.ts';
import type { Key, KeyStore } from './key-store.ts';
import { readOptionalNumber, readOptionalText, readText } from './read-input.ts';
import { algorithmsOf, privateKey, requireEnabled } from './usable-key.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html
const PAGE = { min: 1, max: 100 };
const DEFAULT_PAGE = 50;

export function describeKey(keys: KeyStore, input: JsonInput): object {
  const key = keys.find(readText(input, 'KeyId'));
  return {
    KeyMetadata: {
      AWSAccountId: key.arn.split(':')[4],
      Arn: key.arn,
      KeyId: key.keyId,
      CreationDate: key.createdAtMs / 1000,
      Description: key.description,
      Enabled: key.enabled,
      KeyState: key.enabled ? 'Enabled' : 'Disabled',
      KeyManager: 'CUSTOMER',
      Origin: 'AWS_KMS',
      MultiRegion: false,
      ...kind(key),
      CustomerMasterKeySpec: key.keySpec,
    },
  };
}

export function getKeyRotationStatus(keys: KeyStore, input: JsonInput): object {
  const key = keys.find(readText(input, 'KeyId'));
  if (key.keySpec !== 'SYMMETRIC_DEFAULT') throw unsupported(key);
  return { KeyId: key.arn, KeyRotationEnabled: key.rotationEnabled };
}

export function getPublicKey(keys: KeyStore, input: JsonInput): object {
  const key = requireEnabled(keys.find(readText(input, 'KeyId')));
  if (key.keySpec === 'SYMMETRIC_DEFAULT' || key.keyUsage === 'GENERATE_VERIFY_MAC') throw unsupported(key);
  const publicKey = createPublicKey(privateKey(key)).export({ type: 'spki', format: 'der' });
  return {
    KeyId: key.arn,
    PublicKey: publicKey.toString('base64'),
    ...kind(key),
    CustomerMasterKeySpec: key.keySpec,
  };
}

export function listAliases(keys: KeyStore, input: JsonInput): object {
  const keyId = readOptionalText(input, 'KeyId');
  const limit = readOptionalNumber(input, 'Limit', PAGE) ?? DEFAULT_PAGE;
  const after = readOptionalText(input, 'Marker') ?? '';
  const all = keys.aliases(keyId === undefined ? undefined : keys.find(keyId).keyId);
  const left = all.filter(({ name }) => name > after);
  const page = left.slice(0, limit);
  const truncated = page.length < left.length;
  return {
    Aliases: page.map(({ name, arn, keyId: target }) => ({
      AliasName: name,
      AliasArn: arn,
      TargetKeyId: target,
    })),
    Truncated: truncated,
    ...(truncated && { NextMarker: page.at(-1)?.name }),
  };
}

function kind(key: Key): object {
  const names = {
    ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
    SIGN_VERIFY: 'SigningAlgorithms',
    GENERATE_VERIFY_MAC: 'MacAlgorithms',
  } as const;
  return { KeySpec: key.keySpec, KeyUsage: key.keyUsage, [names[key.keyUsage]]: algorithmsOf(key) };
}

function unsupported(key: Key): ServiceError {
  return new ServiceError(
    'UnsupportedOperationException',
    `${key.arn} of the key spec ${key.keySpec} is not valid for this operation.`,
  );
}
