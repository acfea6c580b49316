import { createHmac, randomInt } from 'node:crypto';

/** The parts of `oc_<environment>_<id>_<secret>`. */
export interface ParsedApiKey {
  readonly environment: string;
  readonly keyId: string;
  readonly secret: string;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** Milliseconds since 1970 in base 36, until the year 2059: ids sort by the time at which they were drawn. */
const idTimeLength = 8;
/** 36^4 ≈ 1.7 million ids in a millisecond; of two that are drawn alike the database refuses the second. */
const idRandomLength = 4;
/** 36^40 ≈ 2^206 secrets. */
const secretLength = 40;
const form = /^oc_([a-z][a-z0-9]{0,11})_([a-z0-9]{12})_([a-z0-9]{40})$/;

function randomText(length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += alphabet.charAt(randomInt(alphabet.length));
  return text;
}

/** Draws a new key. */
export function newApiKey(environment: string, nowMs: number = Date.now()): ParsedApiKey {
  const time = nowMs.toString(36).padStart(idTimeLength, '0').slice(-idTimeLength);
  return { environment, keyId: time + randomText(idRandomLength), secret: randomText(secretLength) };
}

/** What may be shown of a key: enough to tell it from others. */
export function redactApiKey({ environment, keyId }: Pick<ParsedApiKey, 'environment' | 'keyId'>): string {
  return `oc_${environment}_${keyId}_****`;
}

export function formatApiKey(key: ParsedApiKey): string {
  return `oc_${key.environment}_${key.keyId}_${key.secret}`;
}

/** Takes a key apart; undefined where the text is not a key of this form. */
export function parseApiKey(text: string): ParsedApiKey | undefined {
  const [, environment, keyId, secret] = form.exec(text) ?? [];
  if (environment === undefined || keyId === undefined || secret === undefined) return undefined;
  return { environment, keyId, secret };
}

/**
 * The only thing kept of a key: HMAC-SHA256 over its id and secret, keyed with the deployment's pepper, so that a copy
 * of the table alone does not even allow guesses to be checked.
 */
export function hashApiKey(key: ParsedApiKey, pepper: string): Buffer {
  return createHmac('sha256', pepper).update(`${key.keyId}.${key.secret}`).digest();
}
