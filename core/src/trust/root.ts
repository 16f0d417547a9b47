import { createPublicKey, type KeyObject } from "node:crypto";
import { TrustedRoot as TrustedRootJson } from "@sigstore/protobuf-specs";
import type { TransparencyLogInstance } from "@sigstore/protobuf-specs";
import { parseAuthority, type Authority } from "./authority";
import { invalidRoot } from "./error";
import { isWindow, type Window } from "./window";

/** A sigstore instance that we rely on: who may issue certificates, tell the time, and keep logs. */
export interface TrustRoot {
  readonly certificateAuthorities: readonly Authority[];
  readonly timestampAuthorities: readonly Authority[];
  readonly logs: readonly Log[];
  readonly ctLogs: readonly Log[];
  /** The document it was read from, so that it can travel with the evidence. */
  readonly document: unknown;
}

export interface Log {
  readonly id: Buffer;
  /** Its first four bytes stand in the log's signature of a checkpoint. */
  readonly checkpointId: Buffer;
  /** How the log names itself in a checkpoint: the host of its address, with port or path if it has them. */
  readonly names: readonly string[];
  readonly key: KeyObject;
  readonly validFor: Window;
}

const MEDIA_TYPES = [
  "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
  "application/vnd.dev.sigstore.trustedroot.v0.1+json",
  "application/vnd.dev.sigstore.trustedroot.v0.2+json",
];

/** `about` names the file; `document` is its parsed JSON. Roots come as data only, never from an address (SIG-078). */
export function parseTrustRoot(about: string, document: unknown): TrustRoot {
  const mediaType = (document as { mediaType?: unknown } | null)?.mediaType;
  if (typeof mediaType !== "string" || !MEDIA_TYPES.includes(mediaType)) {
    throw invalidRoot(
      about,
      `a sigstore trusted root (${MEDIA_TYPES[0] ?? ""})`,
      `media type ${String(mediaType)}`,
    );
  }
  const json = readJson(about, document);
  return {
    certificateAuthorities: json.certificateAuthorities.map((ca) =>
      parseAuthority(about, ca, "code signing"),
    ),
    timestampAuthorities: json.timestampAuthorities.map((ca) => parseAuthority(about, ca, "time stamping")),
    logs: json.tlogs.map((log) => parseLog(about, log)),
    ctLogs: json.ctlogs.map((log) => parseLog(about, log)),
    document,
  };
}

function readJson(about: string, document: unknown): TrustedRootJson {
  try {
    return TrustedRootJson.fromJSON(document);
  } catch (cause) {
    throw invalidRoot(about, "a well-formed trusted root", (cause as Error).message, cause);
  }
}

function parseLog(about: string, log: TransparencyLogInstance): Log {
  const where = `${about}, log ${log.baseUrl}`;
  const { publicKey, logId, checkpointKeyId } = log;
  const validFor = { from: publicKey?.validFor?.start, until: publicKey?.validFor?.end };
  // SIG-083: a key with no start would vouch for any past; the libraries take it as "since ever".
  if (!validFor.from || !isWindow(validFor)) {
    throw invalidRoot(where, "a key with a start of its validity", "none");
  }
  const id = (logId ?? checkpointKeyId)?.keyId;
  if (!publicKey?.rawBytes || !id || id.length < 4) {
    throw invalidRoot(where, "a public key and a log id", "one of them missing");
  }
  const checkpointId = checkpointKeyId?.keyId ?? id;
  return {
    id,
    checkpointId,
    key: importKey(where, publicKey.rawBytes),
    names: namesOf(log.baseUrl),
    validFor,
  };
}

/** Either SubjectPublicKeyInfo or, from early logs, a bare RSA key. */
function importKey(about: string, der: Buffer): KeyObject {
  for (const type of ["spki", "pkcs1"] as const) {
    try {
      return createPublicKey({ key: der, format: "der", type });
    } catch {
      continue;
    }
  }
  throw invalidRoot(about, "a public key", `${der.length} bytes that are none`);
}

function namesOf(baseUrl: string): string[] {
  if (!URL.canParse(baseUrl)) return [baseUrl];
  const { host, hostname, pathname } = new URL(baseUrl);
  return [host, hostname, `${host}${pathname}`.replace(/\/$/, "")];
}
