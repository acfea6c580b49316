import {
  constants,
  createHash,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
} from 'node:crypto';

/** DER of DigestInfo up to the digest. RFC 8017, 9.2, note 1. */
const digestInfo: Readonly<Record<string, string>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
};
const { RSA_NO_PADDING, RSA_PKCS1_PADDING } = constants;

/** RSASSA-PKCS1-v1_5 of a digest. */
export function signDigestWithPkcs1(key: KeyObject, hash: string, digest: Buffer): Buffer {
  return privateEncrypt({ key, padding: RSA_PKCS1_PADDING }, withInfo(hash, digest));
}

export function verifyDigestWithPkcs1(
  key: KeyObject,
  hash: string,
  digest: Buffer,
  signature: Buffer,
): boolean {
  try {
    return publicDecrypt({ key, padding: RSA_PKCS1_PADDING }, signature).equals(withInfo(hash, digest));
  } catch {
    return false;
  }
}

/** RSASSA-PSS of a digest, with a salt as long as the digest. */
export function signDigestWithPss(key: KeyObject, hash: string, digest: Buffer): Buffer {
  return privateEncrypt({ key, padding: RSA_NO_PADDING }, encodePss(key, hash, digest));
}

export function verifyDigestWithPss(
  key: KeyObject,
  hash: string,
  digest: Buffer,
  signature: Buffer,
): boolean {
  let encoded: Buffer;
  try {
    encoded = publicDecrypt({ key, padding: RSA_NO_PADDING }, signature);
  } catch {
    return false;
  }
  const masked = encoded.subarray(0, -digest.length - 1);
  const data = unmask(masked, hash, encoded.subarray(masked.length, -1));
  // Encoding it anew with the salt that it was made with gives the same bytes, or the signature is of another digest.
  return encodePss(key, hash, digest, data.subarray(-digest.length)).equals(encoded);
}

/** EMSA-PSS. RFC 8017, 9.1.1. */
function encodePss(
  key: KeyObject,
  hash: string,
  digest: Buffer,
  salt: Buffer = randomBytes(digest.length),
): Buffer {
  const bytes = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const h = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const data = Buffer.alloc(bytes - h.length - 1);
  data[data.length - salt.length - 1] = 1;
  salt.copy(data, data.length - salt.length);
  return Buffer.concat([unmask(data, hash, h), h, Buffer.from([0xbc])]);
}

/** Masks and unmasks with MGF1 (RFC 8017, B.2.1). The first bit stays 0, so that the number is below the modulus. */
function unmask(data: Buffer, hash: string, seed: Buffer): Buffer {
  const mask: Buffer[] = [];
  for (let counter = 0, length = 0; length < data.length; counter += 1) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const part = createHash(hash).update(seed).update(count).digest();
    length += part.length;
    mask.push(part);
  }
  const stream = Buffer.concat(mask);
  const result = Buffer.from(data.map((byte, index) => byte ^ (stream[index] ?? 0)));
  result[0] = (result[0] ?? 0) & 0x7f;
  return result;
}

function withInfo(hash: string, digest: Buffer): Buffer {
  return Buffer.concat([Buffer.from(digestInfo[hash] ?? '', 'hex'), digest]);
}
