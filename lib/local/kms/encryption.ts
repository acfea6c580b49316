import { constants, createPublicKey, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { ServiceError } from '../engines/json-service.ts';
import type { JsonInput } from '../engines/serve-json-service.ts';
import { decryptSymmetric, encryptSymmetric, invalidCiphertext, keyIdOf } from './ciphertext.ts';
import type { Key, KeyStore } from './key-store.ts';
import {
  type EncryptionContext,
  readBytes,
  readChoice,
  readContext,
  readOptionalNumber,
  readOptionalText,
  readText,
} from './read-input.ts';
import { privateKey, requireUsage } from './usable-key.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
const PLAINTEXT = { min: 1, max: 4_096 };
const CIPHERTEXT = { min: 1, max: 6_144 };
const RANDOM = { min: 1, max: 1_024 };

const SYMMETRIC = 'SYMMETRIC_DEFAULT';
/** The longest plaintext of a 2,048-bit key: 256 bytes less twice the hash and 2. */
const oaep = {
  RSAES_OAEP_SHA_1: { oaepHash: 'sha1', maxBytes: 214 },
  RSAES_OAEP_SHA_256: { oaepHash: 'sha256', maxBytes: 190 },
} as const;
const algorithms = [SYMMETRIC, 'RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const;
type EncryptionAlgorithm = (typeof algorithms)[number];

export function encrypt(keys: KeyStore, input: JsonInput): object {
  const key = keys.find(readText(input, 'KeyId'));
  const algorithm = readChoice(input, 'EncryptionAlgorithm', algorithms) ?? SYMMETRIC;
  const plaintext = readBytes(input, 'Plaintext', PLAINTEXT);
  const blob = encryptWith(key, algorithm, plaintext, readContext(input, 'EncryptionContext'));
  return { CiphertextBlob: blob.toString('base64'), KeyId: key.arn, EncryptionAlgorithm: algorithm };
}

export function decrypt(keys: KeyStore, input: JsonInput): object {
  const algorithm = readChoice(input, 'EncryptionAlgorithm', algorithms) ?? SYMMETRIC;
  const { key, plaintext } = open(keys, {
    blob: readBytes(input, 'CiphertextBlob', CIPHERTEXT),
    keyId: readOptionalText(input, 'KeyId'),
    algorithm,
    context: readContext(input, 'EncryptionContext'),
  });
  return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: algorithm };
}

export function reEncrypt(keys: KeyStore, input: JsonInput): object {
  const from = readChoice(input, 'SourceEncryptionAlgorithm', algorithms) ?? SYMMETRIC;
  const to = readChoice(input, 'DestinationEncryptionAlgorithm', algorithms) ?? SYMMETRIC;
  const destination = keys.find(readText(input, 'DestinationKeyId'));
  const { key: source, plaintext } = open(keys, {
    blob: readBytes(input, 'CiphertextBlob', CIPHERTEXT),
    keyId: readOptionalText(input, 'SourceKeyId'),
    algorithm: from,
    context: readContext(input, 'SourceEncryptionContext'),
  });
  const blob = encryptWith(destination, to, plaintext, readContext(input, 'DestinationEncryptionContext'));
  return {
    CiphertextBlob: blob.toString('base64'),
    SourceKeyId: source.arn,
    KeyId: destination.arn,
    SourceEncryptionAlgorithm: from,
    DestinationEncryptionAlgorithm: to,
  };
}

export function generateDataKey(keys: KeyStore, input: JsonInput): object {
  const { plaintext, ...answer } = newDataKey(keys, input);
  return { ...answer, Plaintext: plaintext.toString('base64') };
}

export function generateDataKeyWithoutPlaintext(keys: KeyStore, input: JsonInput): object {
  const { plaintext: _, ...answer } = newDataKey(keys, input);
  return answer;
}

export function generateRandom(input: JsonInput): object {
  const bytes = readOptionalNumber(input, 'NumberOfBytes', RANDOM);
  if (bytes === undefined) throw new ServiceError('ValidationException', 'NumberOfBytes is required.');
  return { Plaintext: randomBytes(bytes).toString('base64') };
}

/** The key that a blob is to be decrypted with. @throws ServiceError where it cannot be told, or is another than asked for */
export function sourceKey(keys: KeyStore, blob: Buffer, keyId: string | undefined, algorithm: string): Key {
  const asked = keyId === undefined ? undefined : keys.find(keyId);
  if (algorithm !== SYMMETRIC) {
    if (asked) return asked;
    throw new ServiceError('ValidationException', 'KeyId is required where the key is asymmetric.');
  }
  // A key of another kind is refused for that, before its blob is looked into.
  if (asked && asked.keySpec !== SYMMETRIC) return requireUsage(asked, 'ENCRYPT_DECRYPT', algorithm);
  const used = findUsed(keys, keyIdOf(blob));
  if (asked === undefined || asked.keyId === used.keyId) return used;
  throw new ServiceError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
}

interface Sealed {
  readonly blob: Buffer;
  readonly keyId: string | undefined;
  readonly algorithm: EncryptionAlgorithm;
  readonly context: EncryptionContext;
}

function open(keys: KeyStore, { blob, keyId, algorithm, context }: Sealed) {
  const key = requireUsage(sourceKey(keys, blob, keyId, algorithm), 'ENCRYPT_DECRYPT', algorithm);
  if (algorithm === SYMMETRIC) return { key, plaintext: decryptSymmetric(key, blob, context) };
  requireNoContext(context);
  try {
    const { oaepHash } = oaep[algorithm];
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    return { key, plaintext: privateDecrypt({ key: privateKey(key), padding, oaepHash }, blob) };
  } catch {
    throw invalidCiphertext();
  }
}

function encryptWith(
  key: Key,
  algorithm: EncryptionAlgorithm,
  plaintext: Buffer,
  context: EncryptionContext,
) {
  requireUsage(key, 'ENCRYPT_DECRYPT', algorithm);
  if (algorithm === SYMMETRIC) return encryptSymmetric(key, plaintext, context);
  requireNoContext(context);
  const { oaepHash, maxBytes } = oaep[algorithm];
  if (plaintext.length > maxBytes) {
    throw new ServiceError(
      'ValidationException',
      `Algorithm ${algorithm} and key spec ${key.keySpec} cannot encrypt data larger than ${maxBytes} bytes.`,
    );
  }
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key: createPublicKey(privateKey(key)), padding, oaepHash }, plaintext);
}

function newDataKey(keys: KeyStore, input: JsonInput) {
  const key = requireUsage(keys.find(readText(input, 'KeyId')), 'ENCRYPT_DECRYPT', SYMMETRIC);
  const keySpec = readChoice(input, 'KeySpec', ['AES_128', 'AES_256']);
  const bytes = readOptionalNumber(input, 'NumberOfBytes', RANDOM);
  if ((keySpec === undefined) === (bytes === undefined))
    throw new ServiceError('ValidationException', 'Please specify either number of bytes or key spec.');
  const plaintext = randomBytes(bytes ?? (keySpec === 'AES_128' ? 16 : 32));
  const blob = encryptSymmetric(key, plaintext, readContext(input, 'EncryptionContext'));
  return { plaintext, CiphertextBlob: blob.toString('base64'), KeyId: key.arn };
}

function findUsed(keys: KeyStore, keyId: string): Key {
  try {
    return keys.find(keyId);
  } catch {
    // Whether the key is missing or belongs to somebody else is not told.
    throw new ServiceError(
      'AccessDeniedException',
      'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
    );
  }
}

function requireNoContext(context: EncryptionContext): void {
  if (Object.keys(context).length > 0)
    throw new ServiceError('ValidationException', 'EncryptionContext is only for symmetric encryption keys.');
}
