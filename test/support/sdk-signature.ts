import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from '../../lib/storage/aws/credentials.ts';
import type { PostRequest } from '../../lib/storage/aws/sign-post.ts';

/** SHA-256 in the form that the SDK's signer takes. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: ArrayBuffer | ArrayBufferView | string) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }

  update(data: ArrayBuffer | ArrayBufferView | string): void {
    this.#hash.update(typeof data === 'string' ? data : Buffer.from(data as Uint8Array));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

/**
 * The `authorization` header that AWS's SDK makes for a POST request to the root of a service.
 *
 * @param headers - all that are signed, with `host` and, of a session, `x-amz-security-token`
 */
export async function sdkSignature(
  { service, region, host, headers, body }: PostRequest,
  credentials: Credentials,
  signingDate: Date,
): Promise<string | undefined> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    service,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    sha256: Sha256,
    applyChecksum: false,
  });
  const request = { method: 'POST', protocol: 'https:', hostname: host, path: '/', headers, body };
  const signableHeaders = new Set(Object.keys(headers));
  const signed = await signer.sign(request, { signingDate, signableHeaders, unsignableHeaders: new Set() });
  return signed.headers.authorization;
}
