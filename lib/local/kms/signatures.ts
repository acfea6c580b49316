import { createPublicKey } from 'node:crypto';
import { ServiceError } from '../engines/json-service.ts';
import type { JsonInput } from '../engines/serve-json-service.ts';
import type { KeyStore } from './key-store.ts';
import { readBytes, readChoice, readText } from './read-input.ts';
import { type SignatureScheme, signatureScheme } from './signature-scheme.ts';
import { privateKey, requireUsage } from './usable-key.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
const MESSAGE = { min: 1, max: 4_096 };
const SIGNATURE = { min: 1, max: 6_144 };

export function sign(keys: KeyStore, input: JsonInput): object {
  const { key, algorithm, scheme, message, isDigest } = read(keys, input);
  const secret = privateKey(key);
  const signature = isDigest ? scheme.signDigest(secret, message) : scheme.sign(secret, message);
  return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm: algorithm };
}

export function verify(keys: KeyStore, input: JsonInput): object {
  const { key, algorithm, scheme, message, isDigest } = read(keys, input);
  const signature = readBytes(input, 'Signature', SIGNATURE);
  const publicKey = createPublicKey(privateKey(key));
  const valid = isDigest
    ? scheme.verifyDigest(publicKey, message, signature)
    : scheme.verify(publicKey, message, signature);
  if (!valid) throw new ServiceError('KMSInvalidSignatureException', '');
  return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: algorithm };
}

function read(keys: KeyStore, input: JsonInput) {
  const algorithm = readText(input, 'SigningAlgorithm');
  const isDigest = readChoice(input, 'MessageType', ['RAW', 'DIGEST']) === 'DIGEST';
  const message = readBytes(input, 'Message', MESSAGE);
  const key = requireUsage(keys.find(readText(input, 'KeyId')), 'SIGN_VERIFY', algorithm);
  const scheme = signatureScheme(algorithm);
  if (isDigest) requireDigest(algorithm, scheme, message);
  return { key, algorithm, scheme, message, isDigest };
}

function requireDigest(algorithm: string, { digestBytes }: SignatureScheme, message: Buffer): void {
  if (digestBytes === undefined)
    throw new ServiceError('ValidationException', `Algorithm ${algorithm} requires the MessageType RAW.`);
  if (message.length !== digestBytes)
    throw new ServiceError('ValidationException', `Digest is invalid length for algorithm ${algorithm}.`);
}
