import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { Credentials } from './credentials.ts';
import type { ServiceName } from './service-location.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Keys that are remembered: a function acts for so many tenants at a time, each with credentials of its own. */
const maxKeys = 500;

/** A POST request to the root of a service. */
export interface PostRequest {
  readonly service: ServiceName;
  readonly region: string;
  /** With the port where it is not the scheme's own. */
  readonly host: string;
  /** Names in lower case; values without spaces at their ends or in a row. All are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Signs a request as https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html has it.
 * aws4, the smallest package that does, knows every service and shape of request, and hands Node the key as bytes, which
 * it makes into an object for every signature.
 *
 * @param time - of the service's clock
 * @returns the headers to send
 */
export function signPost(
  { service, region, host, headers, body }: PostRequest,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
  time: Date,
): Record<string, string> {
  const timestamp = time.toISOString().replace(/[:-]|\.\d{3}/g, '');
  const scope = `${timestamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const sent: Record<string, string> = { ...headers, host, 'x-amz-date': timestamp };
  if (sessionToken !== undefined) sent['x-amz-security-token'] = sessionToken;
  const names = Object.keys(sent).sort();
  const canonicalHeaders = names.map((name) => `${name}:${sent[name]}\n`).join('');
  const signedHeaders = names.join(';');
  const canonicalRequest = `POST\n/\n\n${canonicalHeaders}\n${signedHeaders}\n${hash('sha256', body)}`;
  const signature = createHmac('sha256', signingKey(secretAccessKey, scope))
    .update(`${ALGORITHM}\n${timestamp}\n${scope}\n${hash('sha256', canonicalRequest)}`)
    .digest('hex');
  sent.authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return sent;
}

/** By secret and scope. The oldest goes first. */
const keys = new Map<string, KeyObject>();

/** As Node's own object: of bytes, it would make one for every signature. */
function signingKey(secretAccessKey: string, scope: string): KeyObject {
  const name = `${secretAccessKey} ${scope}`;
  const known = keys.get(name);
  if (known) return known;
  const start = createSecretKey(`AWS4${secretAccessKey}`, 'utf8');
  const key = scope
    .split('/')
    .reduce((from, part) => createSecretKey(createHmac('sha256', from).update(part).digest()), start);
  if (keys.size >= maxKeys) keys.delete(keys.keys().next().value ?? '');
  keys.set(name, key);
  return key;
}
