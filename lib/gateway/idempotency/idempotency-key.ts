import { hash } from 'node:crypto';
import type { Principal } from '../../tenancy/index.ts';
import { ApiError } from '../errors/api-error.ts';
import type { GatewayRequest } from '../http.ts';

/** Printable ASCII: more would be decoded differently by the proxies on the way. */
const form = /^[\x20-\x7e]{1,255}$/;

/** @throws ApiError 400 where the header is no key */
export function checkIdempotencyKey(key: string): void {
  if (form.test(key)) return;
  throw new ApiError(400, 'The header Idempotency-Key must be 1 to 255 printable ASCII characters.', {
    param: 'Idempotency-Key',
    code: 'invalid_idempotency_key',
  });
}

/** Where a key is kept within its tenant: each project has keys of its own. */
export function scopeOf(key: string, { projectId }: Principal): string {
  return digest(projectId, key);
}

/**
 * Tells one request from another. The caller's own credential belongs to it: an answer may be one that only this
 * caller may have, such as a new API key.
 */
export function fingerprintOf(
  { method, path, query, body }: GatewayRequest,
  { projectId, keyId }: Principal,
): string {
  return digest(method, path, query, projectId, keyId, body);
}

function digest(...parts: readonly string[]): string {
  // As JSON, so that no two lists of parts become the same text.
  return hash('sha256', JSON.stringify(parts));
}
