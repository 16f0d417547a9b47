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

export function parsePublicKey(about: string, pem: string): PublicKey {
  if (!/^-----BEGIN (?:EC |RSA )?PUBLIC KEY-----$/m.test(pem)) {
    throw invalidKey(about, /PRIVATE KEY/.test(pem) ? "a private key" : "no PEM of a public key");
  }
  try {
    return toPublicKey(createPublicKey(pem), confinement(pem));
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
      expected: "a public key as PEM (BEGIN PUBLIC KEY)",
      found,
      next: "Export the public half of the signing key, for example with `openssl pkey -pubout`.",
    },
    { cause },
  );
}
