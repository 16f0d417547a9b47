import { createHash, sign } from "node:crypto";
import {
  authority,
  certify,
  type Certified,
  type Extension,
  fulcio,
  holder,
  type Keys,
  makeKeys,
  promise,
  spki,
  subjectAlternativeName,
} from "./certificate";
import { entryBodies, type EntryKind, Log } from "./log";
import { stamp } from "./timestamp";

/** When all honest things happen. */
export const NOON = new Date("2026-06-01T12:00:00Z");
export const ISSUER = "https://ci.example";
export const IDENTITY = "https://ci.example/acme/shop/.ci/build.yml@refs/heads/main";

const at = (minutes: number): Date => new Date(NOON.getTime() + minutes * 60_000);
const YEAR = 365 * 24 * 60;

/** A small working sigstore: certificate authority, CT log, timestamp authority, transparency logs. Real crypto throughout. */
export interface Instance {
  readonly intermediate: Certified;
  readonly ctLog: Keys;
  readonly tsaRoot: Certified;
  readonly tsa: Certified;
  readonly log1: Log;
  readonly log2: Log;
  readonly root: TrustedRootJson;
}

export interface TrustedRootJson {
  mediaType: string;
  tlogs: LogJson[];
  ctlogs: LogJson[];
  certificateAuthorities: AuthorityJson[];
  timestampAuthorities: AuthorityJson[];
}

interface LogJson {
  baseUrl: string;
  hashAlgorithm: string;
  publicKey: { rawBytes: string; keyDetails: string; validFor?: { start?: string; end?: string } };
  logId: { keyId: string };
}

interface AuthorityJson {
  uri: string;
  certChain: { certificates: { rawBytes: string }[] };
  validFor: { start?: string; end?: string };
}

export function makeInstance({ intermediateUntil = at(YEAR) } = {}): Instance {
  const anchor = certify({ name: "anchor", from: at(-YEAR), until: at(YEAR), extensions: authority(1) });
  const intermediate = certify({
    name: "issuing",
    from: at(-YEAR),
    until: intermediateUntil,
    extensions: authority(0),
    issuer: anchor,
  });
  const tsaRoot = certify({ name: "time anchor", from: at(-YEAR), until: at(YEAR), extensions: authority() });
  const tsa = makeTsa(tsaRoot);
  const ctLog = makeKeys();
  const [log1, log2] = [new Log("log1.example", 1), new Log("log2.example", 2)];
  const root: TrustedRootJson = {
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [log1, log2].map((log) => toLogJson(log.host, log.keys)),
    ctlogs: [toLogJson("ct.example", ctLog)],
    certificateAuthorities: [toAuthorityJson("https://ca.example", intermediate, anchor)],
    timestampAuthorities: [toAuthorityJson("https://tsa.example", tsa, tsaRoot)],
  };
  return { intermediate, ctLog, tsaRoot, tsa, log1, log2, root };
}

export function makeTsa(issuer: Certified, from = at(-YEAR), until = at(YEAR)): Certified {
  return certify({ name: "time", from, until, extensions: holder("1.3.6.1.5.5.7.3.8"), issuer });
}

export function toLogJson(host: string, keys: Keys): LogJson {
  const rawBytes = spki(keys.publicKey);
  return {
    baseUrl: `https://${host}`,
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: rawBytes.toString("base64"),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor: { start: at(-YEAR).toISOString() },
    },
    logId: { keyId: createHash("sha256").update(rawBytes).digest("base64") },
  };
}

export function toAuthorityJson(uri: string, ...chain: readonly Certified[]): AuthorityJson {
  return {
    uri,
    certChain: { certificates: chain.map(({ der }) => ({ rawBytes: der.toString("base64") })) },
    validFor: { start: at(-YEAR).toISOString() },
  };
}

export interface LeafOptions {
  readonly issuer?: Certified;
  readonly oidcIssuer?: string;
  readonly identities?: readonly string[];
  readonly extensions?: readonly Extension[];
  readonly from?: Date;
  readonly until?: Date;
  readonly ctLog?: Keys | undefined;
}

export function makeLeaf(instance: Instance, options: LeafOptions = {}): Certified {
  const { ctLog = instance.ctLog, from = at(-1), until = at(9) } = options;
  return certify({
    name: "",
    from,
    until,
    issuer: options.issuer ?? instance.intermediate,
    extensions: [
      ...holder("1.3.6.1.5.5.7.3.3"),
      subjectAlternativeName(...(options.identities ?? [IDENTITY])),
      fulcio(8, options.oidcIssuer ?? ISSUER),
      ...(options.extensions ?? []),
    ],
    ...("ctLog" in options && options.ctLog === undefined ? {} : { log: promise(ctLog, from) }),
  });
}

/** A bundle as plain JSON, for tests to spoil. */
export interface BundleJson {
  mediaType: string;
  verificationMaterial: {
    certificate?: { rawBytes: string };
    x509CertificateChain?: { certificates: { rawBytes: string }[] };
    publicKey?: { hint: string };
    tlogEntries: Record<string, unknown>[];
    timestampVerificationData?: { rfc3161Timestamps: { signedTimestamp: string }[] };
  };
  dsseEnvelope?: { payload: string; payloadType: string; signatures: { sig: string; keyid?: string }[] };
  messageSignature?: { messageDigest: { algorithm: string; digest: string }; signature: string };
}

export interface SignOptions {
  /** A certificate's holder, or a bare key. */
  readonly signer?: Certified | Keys;
  readonly payloadType?: string;
  /** undefined for no log entry. */
  readonly entry?: EntryKind | undefined;
  readonly log?: Log;
  /** Whom the log entry names, where that is not the signer. */
  readonly loggedAs?: Certified;
  /** undefined for no timestamp. */
  readonly stampedAt?: Date | undefined;
  readonly tsa?: Certified;
}

const MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const PAYLOAD_TYPE = "application/vnd.in-toto+json";

/** Signs a payload as `cosign attest` does: certificate, timestamp, entry of a version 2 log; what the options say otherwise. */
export function signPayload(
  instance: Instance,
  payload: Buffer | Record<string, unknown>,
  options: SignOptions = {},
): BundleJson {
  const bytes = payload instanceof Buffer ? payload : Buffer.from(JSON.stringify(payload));
  const payloadType = options.payloadType ?? PAYLOAD_TYPE;
  const { signature, material } = witness(instance, preAuthEncoding(payloadType, bytes), bytes, options);
  return {
    mediaType: MEDIA_TYPE,
    verificationMaterial: material,
    dsseEnvelope: { payload: base64(bytes), payloadType, signatures: [{ sig: base64(signature) }] },
  };
}

export function signFile(instance: Instance, file: Buffer, options: SignOptions = {}): BundleJson {
  const { signature, material } = witness(instance, file, file, options);
  const digest = base64(sha256(file));
  return {
    mediaType: MEDIA_TYPE,
    verificationMaterial: material,
    messageSignature: { messageDigest: { algorithm: "SHA2_256", digest }, signature: base64(signature) },
  };
}

function witness(
  instance: Instance,
  signed: Buffer,
  payload: Buffer,
  options: SignOptions,
): { signature: Buffer; material: BundleJson["verificationMaterial"] } {
  const signer = options.signer ?? makeLeaf(instance);
  const signature = sign("sha256", signed, signer.privateKey);
  const { tsa = instance.tsa, entry = "hashedrekord 0.0.2", stampedAt = NOON } = options;
  const isStamped = !("stampedAt" in options && options.stampedAt === undefined);
  const isLogged = !("entry" in options && options.entry === undefined);
  const stamps = isStamped
    ? [{ signedTimestamp: base64(stamp(tsa, instance.tsaRoot.name, signature, stampedAt)) }]
    : [];
  return {
    signature,
    material: {
      ...(isCertified(signer)
        ? { certificate: { rawBytes: base64(signer.der) } }
        : { publicKey: { hint: base64(sha256(spki(signer.publicKey))) } }),
      tlogEntries: isLogged
        ? [logEntry(instance, entry, signature, signed, payload, options.loggedAs ?? signer, options.log)]
        : [],
      timestampVerificationData: { rfc3161Timestamps: stamps },
    },
  };
}

function isCertified(signer: Certified | Keys): signer is Certified {
  return "der" in signer;
}

/** The entry of a log about a signature; version 1 kinds go to the version 1 log. */
export function logEntry(
  { log1, log2 }: Instance,
  entry: EntryKind,
  signature: Buffer,
  signed: Buffer,
  payload: Buffer,
  signer: Certified | Keys,
  log = entry.endsWith("0.0.1") || entry.startsWith("intoto") ? log1 : log2,
): Record<string, unknown> {
  const certified = isCertified(signer);
  const der = isCertified(signer) ? signer.der : spki(signer.publicKey);
  const digest = sha256(entry.startsWith("hashedrekord") ? signed : payload);
  const body = entryBodies[entry](digest, signature, toPem(der, certified), der, certified);
  const [kind = "", version = ""] = entry.split(" ");
  return log.add(kind, version, body, NOON);
}

export function toBytes(bundle: BundleJson): Buffer {
  return Buffer.from(JSON.stringify(bundle));
}

/** https://github.com/secure-systems-lab/dsse/blob/master/protocol.md; lengths are of bytes. */
export function preAuthEncoding(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body]);
}

function toPem(der: Buffer, isCertificate: boolean): string {
  const label = isCertificate ? "CERTIFICATE" : "PUBLIC KEY";
  return `-----BEGIN ${label}-----\n${base64(der).replace(/.{64}/g, "$&\n")}\n-----END ${label}-----\n`;
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64");
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
