import { X509Certificate, type KeyObject } from "node:crypto";
import { type ASN1Obj, X509Certificate as Asn1Certificate } from "@sigstore/core";
import { quote } from "../../image";
import {
  type Authority,
  CERTIFICATE_CLAIMS,
  type CertificateClaim,
  contains,
  describeWindow,
  isFor,
  type TrustRoot,
  validityOf,
  type Window,
} from "../../trust";
import { refusal } from "../error";

/** A signing certificate, and who it says its holder is. Nothing of it counts before `verifyChain`. */
export interface Leaf {
  readonly der: Buffer;
  readonly x509: X509Certificate;
  readonly asn1: Asn1Certificate;
  readonly key: KeyObject;
  readonly validFor: Window;
  readonly issuer: string;
  readonly identity: string;
  readonly claims: Readonly<Partial<Record<CertificateClaim, string>>>;
}

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const OIDC_ISSUER = "1.3.6.1.4.1.57264.1.8";
const OIDC_ISSUER_V1 = "1.3.6.1.4.1.57264.1.1";
const USER_NAME = "1.3.6.1.4.1.57264.1.7";
/** Key usage, subject alternative name, basic constraints, extended key usage: what may be critical because we read it. */
const UNDERSTOOD = ["2.5.29.15", SUBJECT_ALTERNATIVE_NAME, "2.5.29.19", "2.5.29.37"];

export function parseLeaf(about: string, der: Buffer, chain: readonly Buffer[]): Leaf {
  try {
    const x509 = new X509Certificate(der);
    const asn1 = Asn1Certificate.parse(Buffer.from(der));
    const extensions = indexExtensions(about, asn1);
    assertSigningCertificate(about, x509, extensions);
    chain.forEach((other) => assertNoRoot(about, other));
    return {
      der,
      x509,
      asn1,
      key: x509.publicKey,
      validFor: validityOf(asn1),
      issuer: readIssuer(extensions),
      identity: readIdentity(about, extensions),
      claims: readClaims(extensions),
    };
  } catch (cause) {
    if (cause instanceof Error && cause.name === "EvidenceError") throw cause;
    throw refusal("certificate-invalid", about, "an X.509 certificate", (cause as Error).message, cause);
  }
}

/** The trusted authorities whose key signed the certificate. One signature to verify, before anything costs more. */
export function findIssuers(about: string, leaf: Leaf, root: TrustRoot): readonly Authority[] {
  const issuers = root.certificateAuthorities.filter(({ chain: [issuer] }) => isIssuedBy(leaf, issuer));
  if (issuers.length > 0) return issuers;
  throw refusal(
    "untrusted-root",
    about,
    "a certificate of a trusted authority",
    `one issued by ${issuerName(leaf)}`,
  );
}

/** The one that was valid, with all above it, at each of the times; and so was the certificate itself. */
export function assertValidAt(
  about: string,
  leaf: Leaf,
  issuers: readonly Authority[],
  times: readonly Date[],
): Authority {
  const late = times.find((time) => !contains(leaf.validFor, time));
  if (late) {
    const found = `a signature of ${late.toISOString()}`;
    throw refusal(
      "time-outside-certificate",
      about,
      `a signature within ${describeWindow(leaf.validFor)}`,
      found,
    );
  }
  // GHSA-wfqv-66vq-46rm: each authority of the chain, at the time of the signature, not only the certificate.
  const valid = issuers.find((authority) => times.every((time) => isValidAt(authority, time)));
  if (valid) return valid;
  const found = `an authority that was not, at ${times.map((time) => time.toISOString()).join(" and ")}`;
  throw refusal("certificate-expired", about, "an authority that was valid when it was signed", found);
}

export function isValidAt({ chain, validFor }: Authority, time: Date): boolean {
  return contains(validFor, time) && chain.every((link) => contains(link.validFor, time));
}

function isIssuedBy({ x509 }: Leaf, issuer: Authority["chain"][0]): boolean {
  return x509.checkIssued(issuer.certificate) && x509.verify(issuer.key);
}

function indexExtensions(about: string, asn1: Asn1Certificate): ReadonlyMap<string, ASN1Obj> {
  const extensions = new Map<string, ASN1Obj>();
  for (const extension of asn1.extensions) {
    const [id, critical] = extension.subs;
    const oid = id?.toOID() ?? "";
    const value = extension.subs.at(-1);
    if (!value || extensions.has(oid))
      throw refusal("certificate-invalid", about, "each extension once", oid);
    if (critical?.tag.isBoolean() && critical.toBoolean() && !UNDERSTOOD.includes(oid)) {
      throw refusal(
        "certificate-invalid",
        about,
        "no critical extension that is unknown (RFC 5280, 4.2)",
        oid,
      );
    }
    extensions.set(oid, value);
  }
  return extensions;
}

function assertSigningCertificate(
  about: string,
  x509: X509Certificate,
  extensions: ReadonlyMap<string, ASN1Obj>,
): void {
  if (x509.ca)
    throw refusal("certificate-chain", about, "a signing certificate", "a certificate authority's");
  if (!isFor(x509, CODE_SIGNING)) {
    throw refusal("certificate-invalid", about, "a certificate for code signing", "one for another use");
  }
  if (!extensions.has(SUBJECT_ALTERNATIVE_NAME)) {
    throw refusal("certificate-invalid", about, "a certificate with a subject alternative name", "none");
  }
}

/** A root comes from the trust policy; one in the bundle could only be there to be believed. */
function assertNoRoot(about: string, der: Buffer): void {
  const certificate = new X509Certificate(der);
  if (certificate.checkIssued(certificate)) {
    throw refusal(
      "certificate-chain",
      about,
      "a chain without a root certificate",
      quote(certificate.subject),
    );
  }
}

function readIssuer(extensions: ReadonlyMap<string, ASN1Obj>): string {
  return (
    readText(extensions.get(OIDC_ISSUER)) ?? extensions.get(OIDC_ISSUER_V1)?.value.toString("latin1") ?? ""
  );
}

function readIdentity(about: string, extensions: ReadonlyMap<string, ASN1Obj>): string {
  const names = extensions.get(SUBJECT_ALTERNATIVE_NAME)?.subs[0]?.subs ?? [];
  const [name] = names;
  if (!name || names.length > 1) {
    throw refusal("certificate-invalid", about, "one subject alternative name", `${names.length}`);
  }
  if (name.tag.isContextSpecific(0x01) || name.tag.isContextSpecific(0x06))
    return name.value.toString("latin1");
  const [oid, value] = name.subs;
  const text = value?.subs[0]?.value;
  if (name.tag.isContextSpecific(0x00) && oid?.toOID() === USER_NAME && text) return text.toString("utf8");
  throw refusal(
    "certificate-invalid",
    about,
    "an e-mail address, a URI or a user name",
    "another kind of name",
  );
}

function readClaims(extensions: ReadonlyMap<string, ASN1Obj>): Leaf["claims"] {
  const claims: Partial<Record<CertificateClaim, string>> = {};
  for (const [name, oid] of Object.entries(CERTIFICATE_CLAIMS) as [CertificateClaim, string][]) {
    const text = readText(extensions.get(oid));
    if (text !== undefined) claims[name] = text;
  }
  return claims;
}

/** Fulcio's extensions from 1.3.6.1.4.1.57264.1.8 on are a UTF8String (tag 12) inside. */
function readText(extension: ASN1Obj | undefined): string | undefined {
  const [inner] = extension?.subs ?? [];
  return inner?.tag.number === 0x0c ? inner.value.toString("utf8") : undefined;
}

function issuerName({ x509 }: Leaf): string {
  return quote(x509.issuer.replaceAll("\n", ", "));
}
