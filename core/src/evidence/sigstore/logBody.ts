import { pem } from "@sigstore/core";
import { quote } from "../../image";
import type { HashName, LogEntry } from "../bundle";
import { refusal } from "../error";
import { parseJson } from "../json";

/** What a log entry says was signed, with which signature, by whom. */
export interface LoggedSignature {
  readonly algorithm: HashName;
  readonly digest: Buffer;
  /** What the digest is of: all that is signed, or an envelope's payload. */
  readonly of: "signed" | "payload";
  readonly signature: Buffer;
  /** DER of the certificate or of the public key. */
  readonly signer: Buffer;
}

type Reader = (spec: Field) => LoggedSignature;

/** Rekor v1 writes 0.0.1 (and in-toto 0.0.2), Rekor v2 writes 0.0.2; no other kind speaks of a single signature. */
const READERS: Readonly<Partial<Record<string, Reader>>> = {
  "hashedrekord 0.0.1": (spec) => ({
    ...hexDigest(spec.at("data").at("hash")),
    of: "signed",
    signature: spec.at("signature").at("content").base64(),
    signer: fromPem(spec.at("signature").at("publicKey").at("content").base64()),
  }),
  "hashedrekord 0.0.2": (spec) => ({
    ...protobufDigest(spec.at("hashedRekordV002").at("data")),
    of: "signed",
    ...verifiedSignature(spec.at("hashedRekordV002").at("signature")),
  }),
  "dsse 0.0.1": (spec) => ({
    ...hexDigest(spec.at("payloadHash")),
    of: "payload",
    signature: spec.at("signatures").only().at("signature").base64(),
    signer: fromPem(spec.at("signatures").only().at("verifier").base64()),
  }),
  "dsse 0.0.2": (spec) => ({
    ...protobufDigest(spec.at("dsseV002").at("payloadHash")),
    of: "payload",
    ...verifiedSignature(spec.at("dsseV002").at("signatures").only()),
  }),
  "intoto 0.0.2": (spec) => {
    const signature = spec.at("content").at("envelope").at("signatures").only();
    return {
      ...hexDigest(spec.at("content").at("payloadHash")),
      of: "payload",
      // Rekor's in-toto type wraps what is base64 already in base64 once more.
      signature: Buffer.from(signature.at("sig").base64().toString("latin1"), "base64"),
      signer: fromPem(signature.at("publicKey").base64()),
    };
  },
};

export function readLogBody(about: string, { kind, version, body }: LogEntry): LoggedSignature {
  const json = new Field(parseJson(about, body, "log-entry-mismatch"));
  try {
    const inside = `${json.at("kind").text()} ${json.at("apiVersion").text()}`;
    const reader = READERS[`${kind} ${version}`];
    if (!reader || inside !== `${kind} ${version}`)
      throw new Error(`an entry of kind ${quote(inside)}, listed as ${quote(`${kind} ${version}`)}`);
    return reader(json.at("spec"));
  } catch (cause) {
    throw refusal(
      "log-entry-mismatch",
      about,
      "a log entry about one signature",
      (cause as Error).message,
      cause,
    );
  }
}

/** A value inside the entry; asking for what is not there throws. */
class Field {
  constructor(private readonly value: unknown) {}

  at(key: string): Field {
    const { value } = this;
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key))
      throw new Error(`no ${key}`);
    return new Field((value as Record<string, unknown>)[key]);
  }

  has(key: string): boolean {
    return typeof this.value === "object" && this.value !== null && Object.hasOwn(this.value, key);
  }

  only(): Field {
    if (!Array.isArray(this.value) || this.value.length !== 1) throw new Error("not exactly one signature");
    return new Field(this.value[0]);
  }

  text(): string {
    if (typeof this.value !== "string") throw new Error("no text where some should be");
    return this.value;
  }

  base64(): Buffer {
    return Buffer.from(this.text(), "base64");
  }
}

function hexDigest(hash: Field): Pick<LoggedSignature, "algorithm" | "digest"> {
  return {
    algorithm: hashName(hash.at("algorithm").text()),
    digest: Buffer.from(hash.at("value").text(), "hex"),
  };
}

function protobufDigest(hash: Field): Pick<LoggedSignature, "algorithm" | "digest"> {
  const algorithm = hash
    .at("algorithm")
    .text()
    .replace(/^SHA2_/, "sha");
  return { algorithm: hashName(algorithm), digest: hash.at("digest").base64() };
}

function hashName(name: string): HashName {
  if (name === "sha256" || name === "sha384" || name === "sha512") return name;
  throw new Error(`the hash ${quote(name)}`);
}

function verifiedSignature(signature: Field): Pick<LoggedSignature, "signature" | "signer"> {
  const verifier = signature.at("verifier");
  const signer = verifier.has("x509Certificate") ? verifier.at("x509Certificate") : verifier.at("publicKey");
  return { signature: signature.at("content").base64(), signer: signer.at("rawBytes").base64() };
}

function fromPem(text: Buffer): Buffer {
  return pem.toDER(text.toString("latin1"));
}
