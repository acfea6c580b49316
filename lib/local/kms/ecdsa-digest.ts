import {
  createECDH,
  createHash,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  verify,
} from 'node:crypto';

/** y² = x³ − 3x + b over the integers modulo `prime`, with a base point of order `order`. SEC 2, 2.4.2 and 2.5.1. */
interface Curve {
  readonly prime: bigint;
  readonly order: bigint;
  readonly bytes: number;
  readonly hash: string;
  readonly openSslName: string;
}

const curves: Readonly<Record<string, Curve>> = {
  'P-256': {
    prime: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    bytes: 32,
    hash: 'sha256',
    openSslName: 'prime256v1',
  },
  'P-384': {
    prime:
      0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    bytes: 48,
    hash: 'sha384',
    openSslName: 'secp384r1',
  },
};

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

/**
 * ECDSA of a digest, as DER. The arithmetic takes a time that depends on the key, which is good enough for keys that
 * protect nothing but data on one machine.
 */
export function signDigestWithCurve(privateKey: KeyObject, digest: Buffer): Buffer {
  const jwk = privateKey.export({ format: 'jwk' });
  const { order, bytes, openSslName } = curveOf(jwk);
  const secret = fromBase64Url(jwk.d);
  for (;;) {
    const once = createECDH(openSslName);
    const r = modulo(toPoint(once.generateKeys(), bytes).x, order);
    const s = modulo(
      inverse(fromBytes(once.getPrivateKey()), order) * (fromBytes(digest) + r * secret),
      order,
    );
    if (r !== 0n && s !== 0n) return toDer(r, s);
  }
}

/**
 * Verifies a signature of a digest. Node verifies messages only, so the question is put to it as one about a message: the
 * equation s⁻¹(zG + rQ) of the digest z and key Q is that of a message's digest z′ and the key Q + ((z − z′)/r)G.
 */
export function verifyDigestWithCurve(publicKey: KeyObject, digest: Buffer, signature: Buffer): boolean {
  const jwk = publicKey.export({ format: 'jwk' });
  const curve = curveOf(jwk);
  const { order, bytes, hash, openSslName } = curve;
  const r = modulo(readFirstInteger(signature), order);
  if (r === 0n) return false;
  const message = Buffer.from('any');
  const difference = fromBytes(digest) - fromBytes(createHash(hash).update(message).digest());
  const factor = modulo(difference * inverse(r, order), order);
  if (factor === 0n) return verify(hash, message, publicKey, signature);
  const multiplier = createECDH(openSslName);
  multiplier.setPrivateKey(toBytes(factor, bytes));
  const shifted = add(
    curve,
    { x: fromBase64Url(jwk.x), y: fromBase64Url(jwk.y) },
    toPoint(multiplier.getPublicKey(), bytes),
  );
  if (!shifted) return false;
  const coordinate = (value: bigint) => toBytes(value, bytes).toString('base64url');
  const key = { ...jwk, x: coordinate(shifted.x), y: coordinate(shifted.y) };
  return verify(hash, message, createPublicKey({ key, format: 'jwk' }), signature);
}

function curveOf({ crv = '' }: JsonWebKey): Curve {
  const curve = curves[crv];
  if (!curve) throw new Error(`there is no curve ${crv} here`);
  return curve;
}

/** @returns undefined where the sum is the point at infinity */
function add({ prime }: Curve, one: Point, other: Point): Point | undefined {
  if (one.x === other.x && one.y !== other.y) return undefined;
  const slope =
    one.x === other.x
      ? (3n * one.x * one.x - 3n) * inverse(2n * one.y, prime)
      : (other.y - one.y) * inverse(other.x - one.x, prime);
  const x = modulo(slope * slope - one.x - other.x, prime);
  return { x, y: modulo(slope * (one.x - x) - one.y, prime) };
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

/** By the extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, nextRest] = [modulo(value, modulus), modulus];
  let [factor, nextFactor] = [1n, 0n];
  while (nextRest !== 0n) {
    const quotient = rest / nextRest;
    [rest, nextRest] = [nextRest, rest - quotient * nextRest];
    [factor, nextFactor] = [nextFactor, factor - quotient * nextFactor];
  }
  return modulo(factor, modulus);
}

/** Of the uncompressed form: 4, x, y. */
function toPoint(encoded: Buffer, bytes: number): Point {
  return { x: fromBytes(encoded.subarray(1, 1 + bytes)), y: fromBytes(encoded.subarray(1 + bytes)) };
}

function fromBytes(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex') || '0'}`);
}

function toBytes(value: bigint, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
}

function fromBase64Url(text = ''): bigint {
  return fromBytes(Buffer.from(text, 'base64url'));
}

/** SEQUENCE of two INTEGERs. Both are so short that each length takes one byte. */
function toDer(r: bigint, s: bigint): Buffer {
  const integers = [r, s].map((value) => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    // A first bit of 1 would make it negative.
    const positive = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
    return Buffer.concat([Buffer.from([0x02, positive.length]), positive]);
  });
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

/** The first INTEGER of a DER signature; 0 where there is none. What follows is for OpenSSL to check. */
function readFirstInteger(der: Buffer): bigint {
  if (der[0] !== 0x30 || der[2] !== 0x02) return 0n;
  return fromBytes(der.subarray(4, 4 + (der[3] ?? 0)));
}
