import { createHash, sign } from "node:crypto";
import { type Keys, makeKeys, spki } from "./certificate";

/** A transparency log in memory: a Merkle tree (RFC 6962), checkpoints and, as version 1, promises. */
export class Log {
  readonly keys: Keys;
  readonly id: Buffer;
  private readonly leaves: Buffer[] = [];

  constructor(
    readonly host: string,
    readonly version: 1 | 2,
    keys: Keys = makeKeys(),
  ) {
    this.keys = keys;
    this.id = sha256(spki(keys.publicKey));
    // So that a proof is more than one hash.
    for (let other = 0; other < 5; other++)
      this.leaves.push(sha256(Buffer.of(0), Buffer.from(`other ${other}`)));
  }

  /** The entry as it stands in a bundle. */
  add(kind: string, kindVersion: string, body: object, at: Date): Record<string, unknown> {
    const canonical = Buffer.from(JSON.stringify(body));
    const index = this.leaves.push(sha256(Buffer.of(0), canonical)) - 1;
    const integratedTime = Math.floor(at.getTime() / 1000);
    const promised = `{"body":"${canonical.toString("base64")}","integratedTime":${integratedTime},"logID":"${this.id.toString("hex")}","logIndex":${index}}`;
    return {
      logIndex: String(index),
      logId: { keyId: this.id.toString("base64") },
      kindVersion: { kind, version: kindVersion },
      ...(this.version === 1 && {
        integratedTime: String(integratedTime),
        inclusionPromise: {
          signedEntryTimestamp: sign("sha256", Buffer.from(promised), this.keys.privateKey).toString(
            "base64",
          ),
        },
      }),
      inclusionProof: this.prove(index),
      canonicalizedBody: canonical.toString("base64"),
    };
  }

  private prove(index: number): object {
    const size = this.leaves.length;
    const root = rootOf(this.leaves).toString("base64");
    return {
      logIndex: String(index),
      treeSize: String(size),
      rootHash: root,
      hashes: path(this.leaves, index).map((hash) => hash.toString("base64")),
      checkpoint: { envelope: this.checkpoint(`${this.host}\n${size}\n${root}\n`) },
    };
  }

  checkpoint(body: string): string {
    const signature = sign("sha256", Buffer.from(body), this.keys.privateKey);
    const line = Buffer.concat([this.id.subarray(0, 4), signature]).toString("base64");
    return `${body}\n\u2014 ${this.host} ${line}\n`;
  }
}

/** What Rekor v1 and v2 write down about a signature. */
export const entryBodies = {
  "hashedrekord 0.0.1": (digest: Buffer, signature: Buffer, signerPem: string) => ({
    apiVersion: "0.0.1",
    kind: "hashedrekord",
    spec: {
      data: { hash: { algorithm: "sha256", value: digest.toString("hex") } },
      signature: { content: signature.toString("base64"), publicKey: { content: base64(signerPem) } },
    },
  }),
  "hashedrekord 0.0.2": (
    digest: Buffer,
    signature: Buffer,
    _: string,
    signerDer: Buffer,
    certified: boolean,
  ) => ({
    apiVersion: "0.0.2",
    kind: "hashedrekord",
    spec: {
      hashedRekordV002: {
        data: { algorithm: "SHA2_256", digest: digest.toString("base64") },
        signature: { content: signature.toString("base64"), verifier: verifier(signerDer, certified) },
      },
    },
  }),
  "dsse 0.0.1": (payloadDigest: Buffer, signature: Buffer, signerPem: string) => ({
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      payloadHash: { algorithm: "sha256", value: payloadDigest.toString("hex") },
      signatures: [{ signature: signature.toString("base64"), verifier: base64(signerPem) }],
    },
  }),
  "dsse 0.0.2": (
    payloadDigest: Buffer,
    signature: Buffer,
    _: string,
    signerDer: Buffer,
    certified: boolean,
  ) => ({
    apiVersion: "0.0.2",
    kind: "dsse",
    spec: {
      dsseV002: {
        payloadHash: { algorithm: "SHA2_256", digest: payloadDigest.toString("base64") },
        signatures: [{ content: signature.toString("base64"), verifier: verifier(signerDer, certified) }],
      },
    },
  }),
  "intoto 0.0.2": (payloadDigest: Buffer, signature: Buffer, signerPem: string) => ({
    apiVersion: "0.0.2",
    kind: "intoto",
    spec: {
      content: {
        envelope: {
          signatures: [{ sig: base64(signature.toString("base64")), publicKey: base64(signerPem) }],
        },
        payloadHash: { algorithm: "sha256", value: payloadDigest.toString("hex") },
      },
    },
  }),
};

export type EntryKind = keyof typeof entryBodies;

function verifier(der: Buffer, certified: boolean): object {
  const rawBytes = der.toString("base64");
  const keyDetails = "PKIX_ECDSA_P256_SHA_256";
  return certified ? { keyDetails, x509Certificate: { rawBytes } } : { keyDetails, publicKey: { rawBytes } };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash("sha256").update(Buffer.concat(parts)).digest();
}

function split(leaves: readonly Buffer[]): number {
  return 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
}

export function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0] ?? Buffer.alloc(0);
  const at = split(leaves);
  return sha256(Buffer.of(1), rootOf(leaves.slice(0, at)), rootOf(leaves.slice(at)));
}

export function path(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length === 1) return [];
  const at = split(leaves);
  return index < at
    ? [...path(leaves.slice(0, at), index), rootOf(leaves.slice(at))]
    : [...path(leaves.slice(at), index - at), rootOf(leaves.slice(0, at))];
}
