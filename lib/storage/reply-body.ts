import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** Encrypts what a tenant's users were answered, under the tenant's key. */
export interface BodyCipher {
  encrypt(tenantId: string, plain: Uint8Array): Promise<Uint8Array>;
  /** @throws Error where the bytes are not what `encrypt` made for this tenant */
  decrypt(tenantId: string, sealed: Uint8Array): Promise<Uint8Array>;
}

/** An answer as it is kept. */
export interface KeptAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Bounds what a damaged item could make of itself. */
const mostBytes = 64 * 1_024 * 1_024;

/** Compresses and encrypts a body. A stream's events repeat each other so much that a twentieth is left of them. */
export async function sealBody(cipher: BodyCipher, tenantId: string, body: Uint8Array): Promise<Uint8Array> {
  return cipher.encrypt(tenantId, await compress(body));
}

/** @throws Error where it is not what `sealBody` made for this tenant */
export async function openBody(
  cipher: BodyCipher,
  tenantId: string,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  return decompress(await cipher.decrypt(tenantId, sealed), { maxOutputLength: mostBytes });
}
