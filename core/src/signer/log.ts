import { createHash, type KeyObject } from "node:crypto";
import { TransparencyLogEntry } from "@sigstore/protobuf-specs";
import { failure } from "./error";
import { type Patience, post } from "./http";
import type { Signature } from "./signer";

/**
 * Enters a signature into a Rekor v2 log as cosign 3 does: a `hashedrekord` over what the signature covers. The library's
 * own witness sends envelopes whole, which rekor-tiles refuses.
 */
export async function enterIntoLog(
  address: string,
  signed: Buffer,
  signature: Signature,
  patience: Patience,
): Promise<TransparencyLogEntry> {
  const url = new URL("/api/v2/log/entries", address).href;
  const service = { url, code: "log-failed", expected: "the log to take the entry", patience } as const;
  const answer = await post(
    service,
    "application/json",
    JSON.stringify(toRequest(address, signed, signature)),
  );
  try {
    return TransparencyLogEntry.fromJSON(JSON.parse(answer.toString()));
  } catch {
    throw failure("log-failed", url, "a log entry as JSON", "something else");
  }
}

function toRequest(address: string, signed: Buffer, { bytes, publicKey, certificate }: Signature): object {
  const { hash, details } = algorithmOf(address, publicKey);
  const key = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  return {
    hashedRekordRequestV002: {
      digest: createHash(hash).update(signed).digest("base64"),
      signature: {
        content: bytes.toString("base64"),
        verifier: {
          keyDetails: details,
          ...(certificate
            ? { x509Certificate: { rawBytes: certificate.toString("base64") } }
            : { publicKey: { rawBytes: key } }),
        },
      },
    },
  };
}

/** Names of sigstore's PublicKeyDetails. Ed25519 signs no digest, and so has no such entry. */
function algorithmOf(
  address: string,
  { asymmetricKeyType, asymmetricKeyDetails }: KeyObject,
): { readonly hash: string; readonly details: string } {
  const { namedCurve, modulusLength = 0 } = asymmetricKeyDetails ?? {};
  if (namedCurve === "prime256v1") return { hash: "sha256", details: "PKIX_ECDSA_P256_SHA_256" };
  if (namedCurve === "secp384r1") return { hash: "sha384", details: "PKIX_ECDSA_P384_SHA_384" };
  if (namedCurve === "secp521r1") return { hash: "sha512", details: "PKIX_ECDSA_P521_SHA_512" };
  if (asymmetricKeyType === "rsa" && [2048, 3072, 4096].includes(modulusLength)) {
    return { hash: "sha256", details: `PKIX_RSA_PKCS1V15_${modulusLength}_SHA256` };
  }
  throw failure("log-failed", address, "a key of a kind that the log takes", asymmetricKeyType ?? "another");
}
