import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ServiceError } from '../engines/json-service.ts';
import { type KeyUsage, keySpecification } from './key-specs.ts';
import type { Key } from './key-store.ts';

/** The algorithms that a key is used with. */
export function algorithmsOf(key: Key): readonly string[] {
  return keySpecification(key.keySpec).algorithms[key.keyUsage] ?? [];
}

/** @throws ServiceError `DisabledException` */
export function requireEnabled(key: Key): Key {
  if (key.enabled) return key;
  throw new ServiceError('DisabledException', `${key.arn} is disabled.`);
}

/**
 * Makes sure that a key can do what is asked of it.
 *
 * @throws ServiceError `DisabledException` or `InvalidKeyUsageException`
 */
export function requireUsage(key: Key, usage: KeyUsage, algorithm: string): Key {
  requireEnabled(key);
  if (key.keyUsage !== usage) {
    throw new ServiceError(
      'InvalidKeyUsageException',
      `${key.arn} key usage is ${key.keyUsage} which is not valid for this operation.`,
    );
  }
  if (!algorithmsOf(key).includes(algorithm)) {
    throw new ServiceError(
      'InvalidKeyUsageException',
      `Algorithm ${algorithm} is incompatible with key spec ${key.keySpec}.`,
    );
  }
  return key;
}

/** The secret of a symmetric or HMAC key. */
export function secretBytes(key: Key): Buffer {
  return Buffer.from(key.material, 'base64');
}

/** The private half of an asymmetric key. */
export function privateKey(key: Key): KeyObject {
  return createPrivateKey({ key: secretBytes(key), format: 'der', type: 'pkcs8' });
}
