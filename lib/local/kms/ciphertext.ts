import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { ServiceError } from '../engines/json-service.ts';
import type { Key } from './key-store.ts';
import type { EncryptionContext } from './read-input.ts';
import { secretBytes } from './usable-key.ts';

const ALGORITHM = 'aes-256-gcm';
/** Begins every blob, so that others are told apart at once. */
const MAGIC = Buffer.from('OCK1');
const KEY_ID_BYTES = 16;
const HEAD_BYTES = MAGIC.length + KEY_ID_BYTES;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The secret key's id is in the blob, so that it need not be named to decrypt it: magic, key id, nonce, tag, ciphertext. */
export function encryptSymmetric(key: Key, plaintext: Buffer, context: EncryptionContext): Buffer {
  const head = Buffer.concat([MAGIC, Buffer.from(key.keyId.replaceAll('-', ''), 'hex')]);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, secretBytes(key), nonce).setAAD(authenticated(head, context));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([head, nonce, cipher.getAuthTag(), ciphertext]);
}

/**
 * The id of the key that a blob was encrypted with.
 *
 * @throws ServiceError `InvalidCiphertextException` where it is no blob of ours
 */
export function keyIdOf(blob: Buffer): string {
  if (blob.length <= HEAD_BYTES + NONCE_BYTES + TAG_BYTES || !blob.subarray(0, MAGIC.length).equals(MAGIC))
    throw invalidCiphertext();
  const id = blob.subarray(MAGIC.length, HEAD_BYTES).toString('hex');
  return id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** @throws ServiceError `InvalidCiphertextException` where the blob, the key or the context is another */
export function decryptSymmetric(key: Key, blob: Buffer, context: EncryptionContext): Buffer {
  if (keyIdOf(blob) !== key.keyId) throw invalidCiphertext();
  const head = blob.subarray(0, HEAD_BYTES);
  const nonce = blob.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
  const tag = blob.subarray(HEAD_BYTES + NONCE_BYTES, HEAD_BYTES + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(ALGORITHM, secretBytes(key), nonce, { authTagLength: TAG_BYTES })
    .setAAD(authenticated(head, context))
    .setAuthTag(tag);
  try {
    const ciphertext = blob.subarray(HEAD_BYTES + NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

/** KMS gives no reason, as one would help to forge. */
export function invalidCiphertext(): ServiceError {
  return new ServiceError('InvalidCiphertextException', '');
}

/** The order of a context's entries does not matter. JSON keeps `{a: "b"}` and `{"a,b": ""}` apart. */
function authenticated(head: Buffer, context: EncryptionContext): Buffer {
  const entries = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.concat([head, Buffer.from(JSON.stringify(entries))]);
}
