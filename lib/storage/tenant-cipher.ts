import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';
import { RecentValues } from './recent-values.ts';
import type { DataKey, DataKeyOptions, DataKeySource } from './tenant-data-keys.ts';

export interface TenantCipherOptions extends DataKeyOptions {
  /** Milliseconds since 1970. @default - the system's clock */
  readonly now?: () => number;
}

/** Bytes that are no ciphertext of the tenant: damaged, of another tenant, or of a version not known here. */
export class CiphertextError extends Error {
  override readonly name = 'CiphertextError';
}

/**
 * How ciphertexts begin. After it: the length of the encrypted data key (two bytes), that key, the nonce, the tag, and
 * what was encrypted. The tenant's id is not in it: it is authenticated, so another tenant's cannot stand in.
 */
const VERSION = 1;
const HEAD_BYTES = 3;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

/** How long a data key is kept: KMS is asked again, and may refuse, after this time. */
const keptMs = 5 * 60_000;
/** With nonces by chance, far fewer than the 2^32 messages after which AES-GCM is no longer sure. */
const mostUses = 100_000;
const mostTenants = 1_000;
const mostOpenedKeys = 5_000;

interface CurrentKey {
  readonly key: Promise<DataKey>;
  readonly untilMs: number;
  usesLeft: number;
}

interface OpenedKey {
  readonly key: Promise<KeyObject>;
  readonly untilMs: number;
}

/**
 * Encrypts what tenants say, each under a data key that KMS made for the tenant and gives back for the tenant alone: its id
 * is the encryption context, which the tenant's credentials are bound to.
 */
export class TenantCipher {
  readonly #options: TenantCipherOptions;
  readonly #now: () => number;
  #source: Promise<DataKeySource> | undefined;
  readonly #current: RecentValues<{ value?: CurrentKey }>;
  readonly #opened: RecentValues<{ value?: OpenedKey }>;

  constructor(options: TenantCipherOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#current = new RecentValues(mostTenants, () => ({}));
    this.#opened = new RecentValues(mostOpenedKeys, () => ({}));
  }

  /** @throws what KMS refuses with */
  async encrypt(tenantId: string, plaintext: Uint8Array): Promise<Uint8Array> {
    const { key, encrypted } = await this.#encryptingKey(tenantId);
    const head = Buffer.alloc(HEAD_BYTES);
    head[0] = VERSION;
    head.writeUInt16BE(encrypted.length, 1);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(authenticated(tenantId, head, encrypted));
    const body = cipher.update(plaintext);
    const end = cipher.final();
    return Buffer.concat([head, encrypted, nonce, cipher.getAuthTag(), body, end]);
  }

  /** @throws CiphertextError for what was not encrypted for this tenant; what KMS refuses with */
  async decrypt(tenantId: string, bytes: Uint8Array): Promise<Uint8Array> {
    const { head, encrypted, nonce, tag, body } = split(bytes);
    const key = await this.#decryptingKey(tenantId, encrypted);
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(authenticated(tenantId, head, encrypted)).setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(body), decipher.final()]);
    } catch (error) {
      throw new CiphertextError(`it was not encrypted for tenant ${tenantId}, or is damaged`, {
        cause: error,
      });
    }
  }

  #encryptingKey(tenantId: string): Promise<DataKey> {
    const place = this.#current.get(tenantId);
    if (place.value === undefined || place.value.untilMs <= this.#now() || place.value.usesLeft <= 0) {
      const key = this.#dataKeys().then((keys) => keys.generate(tenantId));
      place.value = forgetFailure(place, { key, untilMs: this.#now() + keptMs, usesLeft: mostUses });
    }
    place.value.usesLeft -= 1;
    return place.value.key;
  }

  #decryptingKey(tenantId: string, encrypted: Buffer): Promise<KeyObject> {
    // By tenant too: a key that was opened for one is asked of KMS again for another, who is refused.
    const place = this.#opened.get(`${tenantId}#${encrypted.toString('base64')}`);
    if (place.value === undefined || place.value.untilMs <= this.#now()) {
      const key = this.#dataKeys().then((keys) => keys.open(tenantId, encrypted));
      place.value = forgetFailure(place, { key, untilMs: this.#now() + keptMs });
    }
    return place.value.key;
  }

  /** The client of KMS is loaded when first used, which in most processes is never. */
  #dataKeys(): Promise<DataKeySource> {
    this.#source ??= import('./tenant-data-keys.ts').then(({ dataKeySource }) =>
      dataKeySource(this.#options),
    );
    return this.#source;
  }
}

function forgetFailure<Kept extends { readonly key: Promise<unknown> }>(
  place: { value?: Kept },
  kept: Kept,
): Kept {
  kept.key.catch(() => {
    if (place.value === kept) delete place.value;
  });
  return kept;
}

/** The tenant's id ends where the head begins, as no id has a zero byte. */
function authenticated(tenantId: string, head: Buffer, encrypted: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${tenantId}\0`), head, encrypted]);
}

function split(bytes: Uint8Array) {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (all[0] !== VERSION) throw new CiphertextError('the version of the ciphertext is not known');
  const keyEnd = HEAD_BYTES + (all.length < HEAD_BYTES ? 0 : all.readUInt16BE(1));
  const nonceEnd = keyEnd + NONCE_BYTES;
  const tagEnd = nonceEnd + TAG_BYTES;
  if (keyEnd === HEAD_BYTES || all.length < tagEnd) throw new CiphertextError('the ciphertext is cut short');
  return {
    head: all.subarray(0, HEAD_BYTES),
    encrypted: all.subarray(HEAD_BYTES, keyEnd),
    nonce: all.subarray(keyEnd, nonceEnd),
    tag: all.subarray(nonceEnd, tagEnd),
    body: all.subarray(tagEnd),
  };
}
