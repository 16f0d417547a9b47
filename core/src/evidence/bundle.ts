import { createHash } from "node:crypto";
import { bundleFromJSON, type Bundle as SigstoreBundle, ValidationError } from "@sigstore/bundle";
import { dsse } from "@sigstore/core";
import { HashAlgorithm } from "@sigstore/protobuf-specs";
import { refusal } from "./error";
import { parseJson } from "./json";
import { LIMITS } from "./limits";
import { bundleSchema } from "./bundleSchema";
import { firstMistake } from "./schema";

/** A sigstore bundle: what was signed, by which key, and what others witnessed about it. */
export interface Bundle {
  readonly content: Envelope | MessageSignature;
  readonly signature: Buffer;
  readonly signer:
    { readonly keyHint: string } | { readonly certificate: Buffer; readonly chain: readonly Buffer[] };
  readonly logEntries: readonly LogEntry[];
  readonly timestamps: readonly Buffer[];
}

/** A DSSE envelope. `signed` is what the signature covers (PAE): type and payload, with their lengths. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly signed: Buffer;
}

/** A signature over a file that is not in the bundle. The digest in the bundle is a hint and proves nothing. */
export interface MessageSignature {
  readonly digestHint: { readonly algorithm: HashName; readonly digest: Buffer };
}

export type HashName = "sha256" | "sha384" | "sha512";

export interface LogEntry {
  readonly logId: Buffer;
  readonly kind: string;
  readonly version: string;
  readonly body: Buffer;
  readonly logIndex: bigint;
  readonly integratedTime: Date | undefined;
  /** The log's signed promise to include the entry; its signature also vouches for the time. */
  readonly promise: Buffer | undefined;
  readonly proof: InclusionProof | undefined;
}

export interface InclusionProof {
  readonly index: bigint;
  readonly size: bigint;
  readonly rootHash: Buffer;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: string;
}

/** Reads versions 0.1 to 0.3. Everything that is used later comes out of this one reading. */
export function parseBundle(about: string, bytes: Uint8Array): Bundle {
  if (bytes.length > LIMITS.bundleBytes) {
    throw refusal("bundle-too-large", about, `at most ${LIMITS.bundleBytes} bytes`, `${bytes.length}`);
  }
  const json = withoutNulls(parseJson(about, bytes, "bundle-format"));
  const mistake = firstMistake(json, bundleSchema);
  if (mistake) {
    const code = mistake.found.includes("must NOT have more than") ? "bundle-too-large" : "bundle-format";
    throw refusal(code, about, "a sigstore bundle of version 0.1, 0.2 or 0.3", mistake.found);
  }
  return toBundle(about, readSigstoreBundle(about, json));
}

/** In the JSON of protocol buffers null is the same as not there, and many clients write it (sigstore-js 1 and 2 do). */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const present = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(present.map(([key, member]) => [key, withoutNulls(member)]));
}

/** What was signed, by its digest: the same evidence keeps its id however its bundle is written or by whom it is signed. */
export function evidenceId({ signed }: Envelope): string {
  return `sha256:${createHash("sha256").update(signed).digest("hex")}`;
}

export function toEnvelope(payloadType: string, payload: Buffer): Envelope {
  return { payloadType, payload, signed: dsse.preAuthEncoding(payloadType, payload) };
}

function readSigstoreBundle(about: string, json: unknown): SigstoreBundle {
  try {
    return bundleFromJSON(json);
  } catch (cause) {
    const fields = cause instanceof ValidationError ? cause.fields.join(", ") : (cause as Error).message;
    if (fields.includes("inclusionPro")) {
      throw refusal(
        "no-inclusion-proof",
        about,
        "the log's proof for each log entry",
        `none (${fields})`,
        cause,
      );
    }
    if (fields.includes("ertificate")) {
      throw refusal("certificate-chain", about, "a certificate", `none (${fields})`, cause);
    }
    throw refusal("bundle-format", about, "a sigstore bundle of version 0.1, 0.2 or 0.3", fields, cause);
  }
}

function toBundle(about: string, { content, verificationMaterial }: SigstoreBundle): Bundle {
  const { timestampVerificationData, tlogEntries } = verificationMaterial;
  return {
    ...(content.$case === "dsseEnvelope"
      ? {
          content: toEnvelope(content.dsseEnvelope.payloadType, content.dsseEnvelope.payload),
          signature: content.dsseEnvelope.signatures[0]?.sig ?? Buffer.alloc(0),
        }
      : { content: toMessageSignature(about, content), signature: content.messageSignature.signature }),
    signer: toSigner(about, verificationMaterial.content),
    logEntries: tlogEntries.map(toLogEntry),
    timestamps:
      timestampVerificationData?.rfc3161Timestamps.map(({ signedTimestamp }) => signedTimestamp) ?? [],
  };
}

const HASHES: Readonly<Partial<Record<HashAlgorithm, HashName>>> = {
  [HashAlgorithm.SHA2_256]: "sha256",
  [HashAlgorithm.SHA2_384]: "sha384",
  [HashAlgorithm.SHA2_512]: "sha512",
};

function toMessageSignature(
  about: string,
  { messageSignature }: Extract<SigstoreBundle["content"], { $case: "messageSignature" }>,
): MessageSignature {
  const { algorithm, digest } = messageSignature.messageDigest;
  const name = HASHES[algorithm];
  if (!name) throw refusal("bundle-format", about, "a digest of SHA-256, SHA-384 or SHA-512", "another one");
  return { digestHint: { algorithm: name, digest } };
}

function toSigner(
  about: string,
  content: SigstoreBundle["verificationMaterial"]["content"],
): Bundle["signer"] {
  switch (content.$case) {
    case "publicKey":
      return { keyHint: content.publicKey.hint };
    case "certificate":
      return { certificate: content.certificate.rawBytes, chain: [] };
    case "x509CertificateChain": {
      const [certificate, ...chain] = content.x509CertificateChain.certificates.map(
        ({ rawBytes }) => rawBytes,
      );
      if (!certificate) throw refusal("certificate-chain", about, "a certificate", "an empty chain");
      return { certificate, chain };
    }
  }
}

function toLogEntry(entry: SigstoreBundle["verificationMaterial"]["tlogEntries"][number]): LogEntry {
  const { inclusionProof: proof } = entry;
  const seconds = Number(entry.integratedTime);
  return {
    logId: entry.logId.keyId,
    kind: entry.kindVersion.kind,
    version: entry.kindVersion.version,
    body: entry.canonicalizedBody,
    logIndex: BigInt(entry.logIndex),
    integratedTime: seconds > 0 ? new Date(seconds * 1000) : undefined,
    promise: entry.inclusionPromise?.signedEntryTimestamp,
    proof: proof?.checkpoint && {
      index: BigInt(proof.logIndex),
      size: BigInt(proof.treeSize),
      rootHash: proof.rootHash,
      hashes: proof.hashes,
      checkpoint: proof.checkpoint.envelope,
    },
  };
}
