import { createHmac, timingSafeEqual } from 'node:crypto';
import { ServiceError } from '../engines/json-service.ts';
import type { JsonInput } from '../engines/serve-json-service.ts';
import type { KeyStore } from './key-store.ts';
import { readBytes, readChoice, readText } from './read-input.ts';
import { requireUsage, secretBytes } from './usable-key.ts';

// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateMac.html
const MESSAGE = { min: 1, max: 4_096 };
const MAC = { min: 1, max: 6_144 };
const algorithms = ['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512'] as const;

export function generateMac(keys: KeyStore, input: JsonInput): object {
  const { key, algorithm, mac } = compute(keys, input);
  return { KeyId: key.arn, MacAlgorithm: algorithm, Mac: mac.toString('base64') };
}

export function verifyMac(keys: KeyStore, input: JsonInput): object {
  const { key, algorithm, mac } = compute(keys, input);
  const given = readBytes(input, 'Mac', MAC);
  if (given.length !== mac.length || !timingSafeEqual(given, mac))
    throw new ServiceError('KMSInvalidMacException', '');
  return { KeyId: key.arn, MacAlgorithm: algorithm, MacValid: true };
}

function compute(keys: KeyStore, input: JsonInput) {
  const algorithm = readChoice(input, 'MacAlgorithm', algorithms) ?? readText(input, 'MacAlgorithm');
  const message = readBytes(input, 'Message', MESSAGE);
  const key = requireUsage(keys.find(readText(input, 'KeyId')), 'GENERATE_VERIFY_MAC', algorithm);
  const hash = algorithm.replace('HMAC_SHA_', 'sha');
  return { key, algorithm, mac: createHmac(hash, secretBytes(key)).update(message).digest() };
}
