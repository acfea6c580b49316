import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY' | 'GENERATE_VERIFY_MAC';

export interface KeySpecification {
  /** The algorithms of each usage that a key of this kind may have. The first usage is the default one. */
  readonly algorithms: Partial<Readonly<Record<KeyUsage, readonly string[]>>>;
  /** Makes the secret of a key: random bytes, or a private key as PKCS #8. */
  readonly generate: () => Promise<Buffer>;
}

const generatePair = promisify(generateKeyPair);

function pkcs8({ privateKey }: { readonly privateKey: KeyObject }): Buffer {
  return privateKey.export({ type: 'pkcs8', format: 'der' });
}

const symmetric = (bytes: number) => async () => randomBytes(bytes);

function mac(bits: 256 | 384 | 512): KeySpecification {
  return { algorithms: { GENERATE_VERIFY_MAC: [`HMAC_SHA_${bits}`] }, generate: symmetric(bits / 8) };
}

function ellipticCurve(namedCurve: string, algorithm: string): KeySpecification {
  return {
    algorithms: { SIGN_VERIFY: [algorithm] },
    generate: async () => pkcs8(await generatePair('ec', { namedCurve })),
  };
}

const specifications: Readonly<Record<string, KeySpecification>> = {
  SYMMETRIC_DEFAULT: { algorithms: { ENCRYPT_DECRYPT: ['SYMMETRIC_DEFAULT'] }, generate: symmetric(32) },
  HMAC_256: mac(256),
  HMAC_384: mac(384),
  HMAC_512: mac(512),
  ECC_NIST_P256: ellipticCurve('P-256', 'ECDSA_SHA_256'),
  ECC_NIST_P384: ellipticCurve('P-384', 'ECDSA_SHA_384'),
  ECC_NIST_EDWARDS25519: {
    // AWS has ED25519_PH_SHA_512 too, for which Node has no function.
    algorithms: { SIGN_VERIFY: ['ED25519_SHA_512'] },
    generate: async () => pkcs8(await generatePair('ed25519')),
  },
  RSA_2048: {
    algorithms: {
      ENCRYPT_DECRYPT: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'],
      SIGN_VERIFY: ['PKCS1_V1_5', 'PSS'].flatMap((padding) =>
        [256, 384, 512].map((bits) => `RSASSA_${padding}_SHA_${bits}`),
      ),
    },
    generate: async () => pkcs8(await generatePair('rsa', { modulusLength: 2_048 })),
  },
};

/**
 * What keys of a kind can do.
 * https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
 *
 * @throws Error naming the kinds that there are here
 */
export function keySpecification(keySpec: string): KeySpecification {
  const specification = Object.hasOwn(specifications, keySpec) ? specifications[keySpec] : undefined;
  if (specification) return specification;
  const known = Object.keys(specifications).join(', ');
  throw new Error(`the local KMS has no keys of the KeySpec ${keySpec}; it has ${known}`);
}
