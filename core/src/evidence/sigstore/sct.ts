import { createHash } from "node:crypto";
import { ASN1Obj, ByteStream, EXTENSION_OID_SCT, X509SCTExtension } from "@sigstore/core";
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
  if (isPromised(about, leaf, issuer.keyDer, logs)) return;
  const expected = "a certificate that a trusted certificate transparency log has seen";
  throw refusal("sct-invalid", about, expected, "no valid promise of such a log in it");
}

function isPromised(about: string, { asn1 }: Leaf, issuerKey: Buffer, logs: readonly Log[]): boolean {
  try {
    const promises = asn1.extensions.find(isPromises);
    if (!promises) return false;
    const tbs = withoutPromises(asn1.tbsCertificate).toDER();
    const signed = new ByteStream();
    signed.appendView(createHash("sha256").update(issuerKey).digest());
    signed.appendUint24(tbs.length);
    signed.appendView(tbs);
    return new X509SCTExtension(promises).signedCertificateTimestamps.some((sct) =>
      logs.some(
        ({ id, key, validFor }) =>
          id.equals(sct.logID) && contains(validFor, sct.datetime) && sct.verify(signed.buffer, key),
      ),
    );
  } catch (cause) {
    const expected = "a well-formed list of signed certificate timestamps";
    throw refusal("sct-invalid", about, expected, (cause as Error).message, cause);
  }
}

/** The extensions stand in the certificate's third tagged part, as one sequence. */
function withoutPromises(tbs: ASN1Obj): ASN1Obj {
  return withSubs(tbs, (part) =>
    part.tag.isContextSpecific(0x03)
      ? withSubs(
          part,
          (list) =>
            new ASN1Obj(
              list.tag,
              list.value,
              list.subs.filter((one) => !isPromises(one)),
            ),
        )
      : part,
  );
}

function withSubs(object: ASN1Obj, change: (sub: ASN1Obj) => ASN1Obj): ASN1Obj {
  return new ASN1Obj(object.tag, object.value, object.subs.map(change));
}

function isPromises(extension: ASN1Obj): boolean {
  return extension.subs[0]?.toOID() === EXTENSION_OID_SCT;
}
