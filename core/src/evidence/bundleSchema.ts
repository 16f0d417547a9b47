import type { JsonSchema } from "../schema";
import { LIMITS } from "./limits";

/** Protocol buffers write a 64-bit number as text. Negative ones mean nothing here (SIG-028). */
const numeral = (digits: number): JsonSchema => ({
  anyOf: [
    { type: "string", pattern: `^[0-9]{1,${digits}}$` },
    { type: "integer", minimum: 0, maximum: 10 ** Math.min(digits, 15) },
  ],
});
const count = numeral(18);
/** Up to the year 33658: what a date can hold. */
const seconds = numeral(12);
const base64 = { type: "string", format: "base64" };
const text = { type: "string", maxLength: 4096 };

const object = (required: string[], properties: object): JsonSchema => ({
  type: "object",
  required,
  properties,
});
const list = (maxItems: number, items: object): JsonSchema => ({ type: "array", maxItems, items });

const certificate = object(["rawBytes"], { rawBytes: base64 });

const logEntry = object(["logId", "kindVersion", "canonicalizedBody"], {
  logIndex: count,
  logId: object(["keyId"], { keyId: base64 }),
  kindVersion: object(["kind", "version"], { kind: text, version: text }),
  integratedTime: seconds,
  inclusionPromise: object(["signedEntryTimestamp"], { signedEntryTimestamp: base64 }),
  inclusionProof: object([], {
    logIndex: count,
    treeSize: count,
    rootHash: base64,
    hashes: list(LIMITS.proofHashes, base64),
    checkpoint: object(["envelope"], { envelope: { type: "string", maxLength: LIMITS.checkpointBytes } }),
  }),
  canonicalizedBody: base64,
});

/** Of two contents or two signers each reader would choose its own (SIG-048). */
const oneOf = (...names: string[]): JsonSchema => ({ oneOf: names.map((name) => ({ required: [name] })) });

/** A sigstore bundle, versions 0.1 to 0.3; `@sigstore/bundle` checks what differs between them. */
export const bundleSchema: JsonSchema = {
  ...object(["mediaType", "verificationMaterial"], {
    mediaType: {
      enum: [
        "application/vnd.dev.sigstore.bundle+json;version=0.1",
        "application/vnd.dev.sigstore.bundle+json;version=0.2",
        "application/vnd.dev.sigstore.bundle+json;version=0.3",
        "application/vnd.dev.sigstore.bundle.v0.3+json",
      ],
    },
    verificationMaterial: {
      ...object([], {
        x509CertificateChain: object(["certificates"], {
          certificates: list(LIMITS.certificates, certificate),
        }),
        certificate,
        publicKey: object([], { hint: text }),
        tlogEntries: list(LIMITS.logEntries, logEntry),
        timestampVerificationData: object([], {
          rfc3161Timestamps: list(
            LIMITS.timestamps,
            object(["signedTimestamp"], { signedTimestamp: base64 }),
          ),
        }),
      }),
      ...oneOf("x509CertificateChain", "certificate", "publicKey"),
    },
    messageSignature: object(["messageDigest", "signature"], {
      messageDigest: object(["algorithm", "digest"], { algorithm: text, digest: base64 }),
      signature: base64,
    }),
    dsseEnvelope: object(["payload", "payloadType", "signatures"], {
      payload: base64,
      payloadType: text,
      signatures: { ...list(1, object(["sig"], { sig: base64, keyid: text })), minItems: 1 },
    }),
  }),
  ...oneOf("messageSignature", "dsseEnvelope"),
};
