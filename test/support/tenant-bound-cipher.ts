import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { BodyCipher } from '../../lib/storage/reply-body.ts';

const key = randomBytes(32);

/** Encrypts under one key, for one tenant at a time: as the real one, without KMS. */
export const tenantBoundCipher: BodyCipher = {
  encrypt: async (tenantId, plain) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(tenantId));
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  },
  decrypt: async (tenantId, sealed) => {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
    decipher.setAAD(Buffer.from(tenantId)).setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
  },
};
