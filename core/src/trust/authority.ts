import { X509Certificate, type KeyObject } from "node:crypto";
import { X509Certificate as Asn1Certificate } from "@sigstore/core";
import type { CertificateAuthority } from "@sigstore/protobuf-specs";
import { invalidRoot } from "./error";
import { isWindow, type Window } from "./window";

/**
 * A chain that we rely on, from the certificate that is used (issuing or time stamping) up to the anchor. Its links are
 * checked once, here; what is left for each signature is one comparison of times for each link.
 */
export interface Authority {
  readonly chain: readonly [Link, ...Link[]];
  readonly validFor: Window;
}

export interface Link {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
  /** The key as SubjectPublicKeyInfo. */
  readonly keyDer: Buffer;
  readonly validFor: Window;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly serialNumber: Buffer;
  /** How many issuing certificates may stand below it. */
  readonly longestPath: bigint | undefined;
}

const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";

export function parseAuthority(
  about: string,
  { uri, certChain, validFor }: CertificateAuthority,
  use: "code signing" | "time stamping",
): Authority {
  const where = `${about}, authority ${uri}`;
  const [first, ...rest] = (certChain?.certificates ?? []).map(({ rawBytes }) => parseLink(where, rawBytes));
  if (!first) throw invalidRoot(where, "at least one certificate", "none");
  const chain = [first, ...rest] as const;
  chain.forEach((link, depth) => checkLink(where, link, chain[depth + 1], depth, use));
  if (use === "time stamping" && !isFor(first.certificate, TIME_STAMPING)) {
    throw invalidRoot(where, "a first certificate for time stamping (extended key usage)", "another use");
  }
  const window = { from: validFor?.start, until: validFor?.end };
  if (!isWindow(window)) throw invalidRoot(where, "dates of its validity", "some that are none");
  return { chain: [first, ...rest], validFor: window };
}

/** By its extended key usage; a certificate without one, where Node has undefined, is for nothing. */
export function isFor(certificate: X509Certificate, purpose: string): boolean {
  return [certificate.keyUsage].flat().includes(purpose);
}

function parseLink(about: string, der: Buffer): Link {
  try {
    const certificate = new X509Certificate(der);
    const asn1 = Asn1Certificate.parse(Buffer.from(der));
    const { subject, issuer, serialNumber, extBasicConstraints } = asn1;
    return {
      certificate,
      key: certificate.publicKey,
      keyDer: certificate.publicKey.export({ type: "spki", format: "der" }),
      validFor: validityOf(asn1),
      subject,
      issuer,
      serialNumber,
      longestPath: extBasicConstraints?.pathLenConstraint,
    };
  } catch (cause) {
    throw invalidRoot(about, "X.509 certificates", (cause as Error).message, cause);
  }
}

/** Throws where a date cannot be read: an end that is not there would be no end. */
export function validityOf({ notBefore, notAfter }: Asn1Certificate): Window {
  if (Number.isNaN(notBefore.getTime()) || Number.isNaN(notAfter.getTime()))
    throw new Error("a date that is none");
  return { from: notBefore, until: notAfter };
}

/** Each certificate is issued by the next one; all but a time stamping leaf may issue, as deep as they do (RFC 5280, 4.2.1.9). */
function checkLink(about: string, link: Link, issuer: Link | undefined, depth: number, use: string): void {
  const isLeaf = use === "time stamping" && depth === 0;
  const name = link.certificate.subject.replaceAll("\n", ", ");
  if (!isLeaf && !link.certificate.ca) throw invalidRoot(about, "certificates that may issue others", name);
  const below = use === "time stamping" ? depth - 1 : depth;
  if (link.longestPath !== undefined && link.longestPath < below) {
    throw invalidRoot(about, `at most ${link.longestPath} issuing certificates below ${name}`, `${below}`);
  }
  if (issuer && !(link.certificate.checkIssued(issuer.certificate) && link.certificate.verify(issuer.key))) {
    throw invalidRoot(about, "each certificate issued by the next one", `${name}, which is not`);
  }
}
