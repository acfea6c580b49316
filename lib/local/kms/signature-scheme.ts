import { constants, type KeyObject, sign, verify } from 'node:crypto';
import { signDigestWithCurve, verifyDigestWithCurve } from './ecdsa-digest.ts';
import {
  signDigestWithPkcs1,
  signDigestWithPss,
  verifyDigestWithPkcs1,
  verifyDigestWithPss,
} from './rsa-digest.ts';

/** How messages and digests are signed with one algorithm. */
export interface SignatureScheme {
  /** How long a digest is; undefined where only whole messages are signed. */
  readonly digestBytes: number | undefined;
  readonly sign: (key: KeyObject, message: Buffer) => Buffer;
  readonly verify: (key: KeyObject, message: Buffer, signature: Buffer) => boolean;
  readonly signDigest: (key: KeyObject, digest: Buffer) => Buffer;
  readonly verifyDigest: (key: KeyObject, digest: Buffer, signature: Buffer) => boolean;
}

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/**
 * The scheme of a signing algorithm of KMS, such as `ECDSA_SHA_256`. Node hashes what it signs, so that digests need code
 * of their own.
 */
export function signatureScheme(algorithm: string): SignatureScheme {
  if (algorithm === 'ED25519_SHA_512') {
    return { ...whole(null, {}), digestBytes: undefined, signDigest: noDigest, verifyDigest: noDigest };
  }
  const bits = Number(algorithm.slice(-3));
  const hash = `sha${bits}`;
  const digestBytes = bits / 8;
  if (algorithm.startsWith('ECDSA_')) {
    return {
      ...whole(hash, {}),
      digestBytes,
      signDigest: (key, digest) => signDigestWithCurve(key, digest),
      verifyDigest: (key, digest, signature) => verifyDigestWithCurve(key, digest, signature),
    };
  }
  if (algorithm.startsWith('RSASSA_PSS_')) {
    return {
      ...whole(hash, pss),
      digestBytes,
      signDigest: (key, digest) => signDigestWithPss(key, hash, digest),
      verifyDigest: (key, digest, signature) => verifyDigestWithPss(key, hash, digest, signature),
    };
  }
  return {
    ...whole(hash, {}),
    digestBytes,
    signDigest: (key, digest) => signDigestWithPkcs1(key, hash, digest),
    verifyDigest: (key, digest, signature) => verifyDigestWithPkcs1(key, hash, digest, signature),
  };
}

function whole(hash: string | null, options: object): Pick<SignatureScheme, 'sign' | 'verify'> {
  return {
    sign: (key, message) => sign(hash, message, { key, ...options }),
    verify: (key, message, signature) => verify(hash, message, { key, ...options }, signature),
  };
}

function noDigest(): never {
  throw new Error('this algorithm signs whole messages only');
}
