import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { TrustError } from "./error";

/** A public key, imported once: importing it again for every signature costs more than half of verifying it. */
export interface PublicKey {
  readonly key: KeyObject;
  /** base64(sha256(SubjectPublicKeyInfo DER)): what sigstore bundles carry as the hint. */
  readonly fingerprint: string;
  /** SubjectPublicKeyInfo. */
  readonly der: Buffer;
  /** Registry hosts that the key is confined to; undefined where it may be used anywhere. */
  readonly onlyFor: readonly string[] | undefined;
}

const ONLY_FOR = /^Waybill-Only-For:(.*)$/m;

const CURVES = ["prime256v1", "secp384r1", "secp521r1"];

export function parsePublicKey(about: string, pem: string): PublicKey {
  if (!/^-----BEGIN (?:EC |RSA )?PUBLIC KEY-----$/m.test(pem)) {
    throw invalidKey(about, /PRIVATE KEY/.test(pem) ? "a private key" : "no PEM of a public key");
  }
  const key = importKey(about, pem);
  if (!isStrong(key)) throw invalidKey(about, `a key of type ${describeKey(key)}`);
  return toPublicKey(key, confinement(pem));
}

/** What sigstore's clients sign with: ECDSA on the NIST curves, Ed25519, RSA from 2048 bits on. */
export function isStrong({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  if (asymmetricKeyType === "ec") return CURVES.includes(asymmetricKeyDetails?.namedCurve ?? "");
  if (asymmetricKeyType === "rsa") return (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  return asymmetricKeyType === "ed25519";
}

export function describeKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const size = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyDetails?.modulusLength;
  return `${asymmetricKeyType ?? "unknown"}${size === undefined ? "" : ` ${size}`}`;
}

function importKey(about: string, pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw invalidKey(about, (cause as Error).message, cause);
  }
}

export function toPublicKey(key: KeyObject, onlyFor?: readonly string[]): PublicKey {
  const der = key.export({ type: "spki", format: "der" });
  return { key, der, fingerprint: createHash("sha256").update(der).digest("base64"), onlyFor };
}

/**
 * The registry hosts that a key file confines its key to, in a line before the PEM block (RFC 7468 calls it explanatory
 * text). A key made for one machine must not sign, or be trusted, elsewhere by an oversight.
 */
export function confinement(pem: string): readonly string[] | undefined {
  const hosts = ONLY_FOR.exec(pem)?.[1];
  return hosts === undefined ? undefined : hosts.split(/[\s,]+/).filter((host) => host !== "");
}

/** `registry` is host[:port] of an image reference; undefined is a registry that nobody knows. */
export function isConfinedAway(
  onlyFor: readonly string[] | undefined,
  registry: string | undefined,
): boolean {
  if (onlyFor === undefined) return false;
  return registry === undefined || !onlyFor.includes(registry.replace(/:\d+$/, ""));
}

function invalidKey(about: string, found: string, cause?: unknown): TrustError {
  return new TrustError(
    "key-invalid",
    {
      about,
      expected: "a public key as PEM: ECDSA P-256, P-384 or P-521, Ed25519, or RSA of 2048 bits or more",
      found,
      next: "Export the public half of the signing key, for example with `openssl pkey -pubout`.",
    },
    { cause },
  );
}
