import { createHash, verify, type KeyObject } from "node:crypto";
import { type Digest, splitDigest } from "../../image";
import { isStrong } from "../../trust";
import type { Envelope, HashName } from "../bundle";
import { verifyDigest } from "./prehashed";

/** What a signature covers, and how to check one over it. */
export interface SignedContent {
  /** Undefined where there is no answer without the file itself. */
  readonly verifies: (key: KeyObject, signature: Buffer) => boolean | undefined;
  /** Of all that is signed; undefined where only another digest of it is known. */
  readonly digest: (algorithm: HashName) => Buffer | undefined;
  /** Of an envelope's payload alone. */
  readonly payloadDigest: () => Buffer | undefined;
}

/** A file, or its digest where the file is elsewhere. */
export type Artifact = { readonly bytes: Uint8Array } | { readonly digest: Digest };

export function envelopeContent({ signed, payload }: Envelope): SignedContent {
  return { ...fileContent(signed), payloadDigest: () => createHash("sha256").update(payload).digest() };
}

export function artifactContent(artifact: Artifact): SignedContent {
  if ("bytes" in artifact) return fileContent(artifact.bytes);
  const { algorithm, hex } = splitDigest(artifact.digest);
  const digest = Buffer.from(hex, "hex");
  return {
    verifies: (key, signature) =>
      algorithm === "sha256" ? isStrong(key) && verifyDigest(digest, key, signature) : undefined,
    digest: (other) => (other === algorithm ? digest : undefined),
    payloadDigest: () => undefined,
  };
}

function fileContent(bytes: Uint8Array): SignedContent {
  return {
    verifies: (key, signature) =>
      hashesFor(key).some((algorithm) => verify(algorithm, bytes, key, signature)),
    digest: (algorithm) => createHash(algorithm).update(bytes).digest(),
    payloadDigest: () => undefined,
  };
}

type Hashes = readonly (HashName | null)[];

/** Asking a key for its details costs as much as a tenth of a signature. */
const hashes = new WeakMap<KeyObject, Hashes>();

function hashesFor(key: KeyObject): Hashes {
  let found = hashes.get(key);
  if (!found) {
    found = isStrong(key) ? usualHashes(key) : [];
    hashes.set(key, found);
  }
  return found;
}

/** Newer sigstore clients hash as wide as the curve, older ones and many key services always with SHA-256. */
function usualHashes({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Hashes {
  if (asymmetricKeyType === "ed25519") return [null];
  if (asymmetricKeyDetails?.namedCurve === "secp384r1") return ["sha384", "sha256"];
  if (asymmetricKeyDetails?.namedCurve === "secp521r1") return ["sha512", "sha256"];
  return ["sha256"];
}
