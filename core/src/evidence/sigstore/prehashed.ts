import { constants, publicDecrypt, type KeyObject } from "node:crypto";
import { ASN1Obj } from "@sigstore/core";

/**
 * Verifies a signature over a file of which only the SHA-256 is at hand. Node's crypto always hashes by itself, so ECDSA's
 * verification (FIPS 186-5, 6.4.2) is written out here. It handles no secret, so it need not run in constant time.
 * Undefined: no answer without the file, as for Ed25519, which signs the file itself.
 */
export function verifyDigest(sha256: Buffer, key: KeyObject, signature: Buffer): boolean | undefined {
  if (key.asymmetricKeyType === "rsa") return verifyRsa(sha256, key, signature);
  const curve = CURVES[key.asymmetricKeyDetails?.namedCurve ?? ""];
  return curve && verifyEcdsa(curve, sha256, key, signature);
}

/** `DigestInfo` of SHA-256 up to the digest (RFC 8017, 9.2, note 1). */
const SHA256_PREFIX = Buffer.from("3031300d060960864801650304020105000420", "hex");

function verifyRsa(sha256: Buffer, key: KeyObject, signature: Buffer): boolean {
  try {
    const padding = constants.RSA_PKCS1_PADDING;
    return publicDecrypt({ key, padding }, signature).equals(Buffer.concat([SHA256_PREFIX, sha256]));
  } catch {
    return false;
  }
}

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

interface Curve {
  readonly p: bigint;
  readonly n: bigint;
  readonly g: Point;
  readonly bits: number;
}

/** SP 800-186, 3.2.1.3 and 3.2.1.4; a is -3 on both. */
const CURVES: Readonly<Partial<Record<string, Curve>>> = {
  prime256v1: {
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    g: {
      x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    },
    bits: 256,
  },
  secp384r1: {
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    g: {
      x: 0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
      y: 0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
    },
    bits: 384,
  },
};

function verifyEcdsa(curve: Curve, sha256: Buffer, key: KeyObject, signature: Buffer): boolean {
  const { n, g } = curve;
  const [r, s] = readSignature(signature) ?? [0n, 0n];
  if (r <= 0n || r >= n || s <= 0n || s >= n) return false;
  const { x = "", y = "" } = key.export({ format: "jwk" });
  const q = { x: fromHex(Buffer.from(x, "base64url")), y: fromHex(Buffer.from(y, "base64url")) };
  const w = inverse(s, n);
  const sum = multiplyAndAdd(curve, (fromHex(sha256) * w) % n, g, (r * w) % n, q);
  return sum !== undefined && sum.x % n === r;
}

/** SEQUENCE of two INTEGERs, in the one way in which DER writes it. */
function readSignature(signature: Buffer): [r: bigint, s: bigint] | undefined {
  try {
    const { subs } = ASN1Obj.parseBuffer(Buffer.from(signature));
    const [r = 0n, s = 0n] = subs.map((integer) => integer.toInteger());
    const written = Buffer.concat([toInteger(r), toInteger(s)]);
    const header = written.length < 128 ? [0x30, written.length] : [0x30, 0x81, written.length];
    return signature.equals(Buffer.concat([Buffer.from(header), written])) ? [r, s] : undefined;
  } catch {
    return undefined;
  }
}

function toInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  const bytes = Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, "hex");
  return Buffer.concat([Buffer.of(0x02, bytes.length), bytes]);
}

function fromHex(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}

/** u·P + v·Q; undefined is the point at infinity. */
function multiplyAndAdd(curve: Curve, u: bigint, p: Point, v: bigint, q: Point): Point | undefined {
  const both = add(curve, p, q);
  let sum: Point | undefined;
  for (let bit = BigInt(curve.bits - 1); bit >= 0n; bit--) {
    sum = add(curve, sum, sum);
    const [inU, inV] = [(u >> bit) & 1n, (v >> bit) & 1n];
    if (inU && inV) sum = add(curve, sum, both);
    else if (inU) sum = add(curve, sum, p);
    else if (inV) sum = add(curve, sum, q);
  }
  return sum;
}

function add({ p }: Curve, one: Point | undefined, other: Point | undefined): Point | undefined {
  if (!one || !other) return one ?? other;
  const same = one.x === other.x;
  if (same && modulo(one.y + other.y, p) === 0n) return undefined;
  const slope = same
    ? (3n * one.x * one.x - 3n) * inverse(2n * one.y, p)
    : (other.y - one.y) * inverse(other.x - one.x, p);
  const x = modulo(slope * slope - one.x - other.x, p);
  return { x, y: modulo(slope * (one.x - x) - one.y, p) };
}

/** By Euclid's algorithm; `modulus` is prime. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [modulo(value, modulus), modulus];
  let [x, y] = [1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b] = [b - quotient * a, a];
    [x, y] = [y - quotient * x, x];
  }
  return modulo(x, modulus);
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}
