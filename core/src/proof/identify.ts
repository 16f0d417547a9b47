import { X509Certificate as NodeCertificate } from "node:crypto";
import { RFC3161Timestamp, X509Certificate } from "@sigstore/core";
import { type Bundle, parseBundle, type Piece, verifiesWith } from "../evidence";
import type { Signature, Signing } from "../signer";

/** No envelope starts like this, so that the answer can never pass for evidence (DSSE, "PAE"). */
const QUESTION = Buffer.from("waybill asks who signs here");

/** Subject alternative name, and the issuer of the identity, which Fulcio writes in an old and a new form. */
const IDENTITY = ["2.5.29.17", "1.3.6.1.4.1.57264.1.8", "1.3.6.1.4.1.57264.1.1"];

/** A signer says who it is only by signing. */
export function identify({ signer }: Signing): Promise<Signature> {
  return signer.sign(QUESTION);
}

/**
 * Whether a piece of evidence is signed by the same signer: by the same key, or by a certificate for the same identity.
 * Only to find one's own earlier work; whether it counts for anybody is for the trust policy to say.
 */
export function isBy(piece: Piece, own: Signature): boolean {
  try {
    return isSignedBy(parseBundle(piece.source, piece.bytes), own);
  } catch {
    // A broken certificate of somebody else.
    return false;
  }
}

function isSignedBy(bundle: Bundle, { publicKey, certificate }: Signature): boolean {
  if (!("certificate" in bundle.signer)) return certificate === undefined && verifiesWith(bundle, publicKey);
  const held = bundle.signer.certificate;
  if (certificate === undefined || identityOf(certificate) !== identityOf(held)) return false;
  return verifiesWith(bundle, new NodeCertificate(held).publicKey);
}

/** The fingerprint of the key, or the name in the certificate. */
export function signerOf({ signer }: Bundle): string {
  if ("keyHint" in signer) return signer.keyHint;
  const name = X509Certificate.parse(Buffer.from(signer.certificate)).extSubjectAltName;
  return name?.uri ?? name?.rfc822Name ?? new NodeCertificate(signer.certificate).subjectAltName ?? "";
}

/** What its timestamp or log entry says, the earliest; undefined where nobody but the signer says a time. */
export function timeOf({ timestamps, logEntries }: Bundle): Date | undefined {
  const times = [
    ...timestamps.map((bytes) => RFC3161Timestamp.parse(Buffer.from(bytes)).signingTime),
    ...logEntries.flatMap(({ integratedTime }) => integratedTime ?? []),
  ];
  return times.length > 0 ? new Date(Math.min(...times.map(Number))) : undefined;
}

function identityOf(der: Buffer): string {
  const certificate = X509Certificate.parse(Buffer.from(der));
  return IDENTITY.map((oid) => certificate.extension(oid)?.value.toString("hex") ?? "").join(" ");
}
