import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { bits, boolean, explicit, implicit, integer, octets, oid, sequence, set, time, utf8 } from "./der";

export interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export interface Extension {
  readonly id: string;
  readonly critical?: boolean;
  readonly value: Buffer;
}

/** A certificate and its key: an authority, or a holder. */
export interface Certified extends Keys {
  readonly der: Buffer;
  readonly name: Buffer;
  readonly serialNumber: Buffer;
}

export interface Request {
  readonly name: string;
  readonly keys?: Keys;
  readonly from: Date;
  readonly until: Date;
  readonly extensions: readonly Extension[];
  /** Undefined signs it with its own key. */
  readonly issuer?: Certified;
  /** Sees what is to be signed without promises, and gives the list of promises to put in. */
  readonly log?: (tbs: Buffer, issuerKey: Buffer) => Extension | undefined;
}

const ECDSA_SHA256 = "1.2.840.10045.4.3.2";

export function makeKeys(): Keys {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

export function spki(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

export function certify(request: Request): Certified {
  const keys = request.keys ?? makeKeys();
  const name = request.name === "" ? sequence() : sequence(set(sequence(oid("2.5.4.3"), utf8(request.name))));
  const serialNumber = Buffer.concat([Buffer.of(0x11), randomBytes(12)]);
  const signer = request.issuer ?? { ...keys, name };
  const body = (extensions: readonly Extension[]): Buffer =>
    sequence(
      explicit(0, integer(2)),
      integer(serialNumber),
      sequence(oid(ECDSA_SHA256)),
      signer.name,
      sequence(time(request.from), time(request.until)),
      name,
      spki(keys.publicKey),
      explicit(3, sequence(...extensions.map(writeExtension))),
    );
  const promises = request.log?.(body(request.extensions), spki(signer.publicKey));
  const tbs = body(promises ? [...request.extensions, promises] : request.extensions);
  const signature = sign("sha256", tbs, signer.privateKey);
  return { ...keys, name, serialNumber, der: sequence(tbs, sequence(oid(ECDSA_SHA256)), bits(signature)) };
}

export const authority = (longestPath?: number): Extension[] => [
  {
    id: "2.5.29.19",
    critical: true,
    value: sequence(boolean(true), ...(longestPath === undefined ? [] : [integer(longestPath)])),
  },
  { id: "2.5.29.15", critical: true, value: bits(Buffer.of(0x06), 1) },
];

export const holder = (purpose: "1.3.6.1.5.5.7.3.3" | "1.3.6.1.5.5.7.3.8"): Extension[] => [
  { id: "2.5.29.15", critical: true, value: bits(Buffer.of(0x80), 7) },
  { id: "2.5.29.37", critical: purpose.endsWith("8"), value: sequence(oid(purpose)) },
];

export const subjectAlternativeName = (...uris: readonly string[]): Extension => ({
  id: "2.5.29.17",
  critical: true,
  value: sequence(...uris.map((uri) => implicit(uri.includes("://") ? 6 : 1, Buffer.from(uri)))),
});

export const fulcio = (number: number, text: string): Extension => ({
  id: `1.3.6.1.4.1.57264.1.${number}`,
  value: utf8(text),
});

/** A certificate transparency log that signs whatever it sees (RFC 6962, 3.2). */
export function promise(keys: Keys, at: Date): NonNullable<Request["log"]> {
  return (tbs, issuerKey) => {
    const id = createHash("sha256").update(spki(keys.publicKey)).digest();
    const timestamp = Buffer.alloc(8);
    timestamp.writeBigUInt64BE(BigInt(at.getTime()));
    const issuer = createHash("sha256").update(issuerKey).digest();
    const signed = Buffer.concat([
      Buffer.of(0, 0),
      timestamp,
      Buffer.of(0, 1),
      issuer,
      length(3, tbs),
      tbs,
      Buffer.of(0, 0),
    ]);
    const signature = sign("sha256", signed, keys.privateKey);
    const sct = Buffer.concat([
      Buffer.of(0),
      id,
      timestamp,
      Buffer.of(0, 0, 4, 3),
      length(2, signature),
      signature,
    ]);
    const list = Buffer.concat([length(2, sct), sct]);
    return { id: "1.3.6.1.4.1.11129.2.4.2", value: octets(length(2, list), list) };
  };
}

function length(bytes: number, content: Buffer): Buffer {
  const written = Buffer.alloc(bytes);
  written.writeUIntBE(content.length, 0, bytes);
  return written;
}

function writeExtension({ id, critical, value }: Extension): Buffer {
  return sequence(oid(id), ...(critical === true ? [boolean(true)] : []), octets(value));
}
