import { ByteStream, EXTENSION_OID_SCT, X509SCTExtension } from "@sigstore/core";
import { createHash } from "node:crypto";
import { contains, type Authority, type Log } from "../../trust";
import { refusal } from "../error";
import type { Leaf } from "./certificate";

/**
 * Some certificate transparency log that we know has promised to show the certificate (RFC 6962, 3.2). What is signed is
 * the certificate as it was before the promise was put into it. Promises of other logs say nothing.
 */
export function verifySct(
  about: string,
  leaf: Leaf,
  { chain: [issuer] }: Authority,
  logs: readonly Log[],
): void {
  if (!promises(about, leaf, issuer.certificate.publicKey.export({ type: "spki", format: "der" }), logs)) {
    const expected = "a certificate that a trusted certificate transparency log has seen";
    throw refusal("sct-invalid", about, expected, "no valid promise of such a log in it");
  }
}

function promises(about: string, { asn1 }: Leaf, issuerKey: Buffer, logs: readonly Log[]): boolean {
  try {
    const precertificate = asn1.clone();
    const at = precertificate.extensions.findIndex(
      (extension) => extension.subs[0]?.toOID() === EXTENSION_OID_SCT,
    );
    const [removed] = at < 0 ? [] : precertificate.extensions.splice(at, 1);
    if (!removed) return false;
    const tbs = precertificate.tbsCertificate.toDER();
    const signed = new ByteStream();
    signed.appendView(createHash("sha256").update(issuerKey).digest());
    signed.appendUint24(tbs.length);
    signed.appendView(tbs);
    return new X509SCTExtension(removed).signedCertificateTimestamps.some((sct) =>
      logs.some(
        (log) =>
          log.id.equals(sct.logID) &&
          contains(log.validFor, sct.datetime) &&
          sct.verify(signed.buffer, log.key),
      ),
    );
  } catch (cause) {
    throw refusal(
      "sct-invalid",
      about,
      "a well-formed list of signed certificate timestamps",
      (cause as Error).message,
      cause,
    );
  }
}
