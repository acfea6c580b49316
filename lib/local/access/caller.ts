import type { IncomingMessage } from 'node:http';
import { type Caller, readCaller } from '../engines/service-call.ts';
import { AccessDenied } from './access-denied.ts';

/** Whose credentials a request is signed with. */
export type CallerCredentials = Pick<Caller, 'accessKeyId' | 'sessionToken'>;

/**
 * Reads who signed a request, from its header or, for a presigned URL, its query.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 *
 * @throws AccessDenied for one that is signed twice
 */
export function callerOf({ headers, url = '' }: IncomingMessage): CallerCredentials {
  if (!url.includes('X-Amz-Credential=')) return readCaller(headers);
  if (headers.authorization === undefined) return readPresignedCaller(url);
  throw new AccessDenied('AccessDenied', 'a request is signed in its header or in its query, not in both');
}

/** Reads who signed a URL. */
export function readPresignedCaller(url: string): CallerCredentials {
  const query = new URL(url, 'http://aws').searchParams;
  const [accessKeyId] = (query.get('X-Amz-Credential') ?? '').split('/');
  return {
    accessKeyId: accessKeyId || undefined,
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
  };
}

/**
 * True for the person at this machine, who may do everything, as an account's administrator may. The ids of sessions,
 * which alone the functions have, begin otherwise.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export function isOperator(accessKeyId: string): boolean {
  return !accessKeyId.startsWith('ASIA');
}
