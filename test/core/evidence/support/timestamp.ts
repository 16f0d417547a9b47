import { createHash, sign } from "node:crypto";
import type { Certified } from "./certificate";
import { explicit, integer, octets, oid, sequence, set, time } from "./der";

const SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"));
const TST_INFO = oid("1.2.840.113549.1.9.16.1.4");

/** A timestamp token (RFC 3161) over some bytes, or over what has this SHA-256, by an authority's certificate. */
export function stamp(
  signer: Certified,
  issuerName: Buffer,
  covered: Buffer | { readonly imprint: Buffer },
  at: Date,
): Buffer {
  const imprint = "imprint" in covered ? covered.imprint : createHash("sha256").update(covered).digest();
  const info = sequence(integer(1), oid("1.2.3.4"), sequence(SHA256, octets(imprint)), integer(7), time(at));
  const attributes = [
    sequence(oid("1.2.840.113549.1.9.3"), set(TST_INFO)),
    sequence(oid("1.2.840.113549.1.9.4"), set(octets(createHash("sha256").update(info).digest()))),
  ];
  const signature = sign("sha256", set(...attributes), signer.privateKey);
  const signerInfo = sequence(
    integer(1),
    sequence(issuerName, integer(signer.serialNumber)),
    SHA256,
    explicit(0, ...attributes),
    sequence(oid("1.2.840.10045.4.3.2")),
    octets(signature),
  );
  const content = sequence(TST_INFO, explicit(0, octets(info)));
  const signedData = sequence(integer(3), set(SHA256), content, set(signerInfo));
  return sequence(sequence(integer(0)), sequence(oid("1.2.840.113549.1.7.2"), explicit(0, signedData)));
}
