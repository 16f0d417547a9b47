import { createHash } from "node:crypto";
import { RFC3161Timestamp } from "@sigstore/core";
import { integer, octets, sequence, SHA256, tlv, yes } from "./der";
import { failure } from "./error";
import { type Patience, post } from "./http";

/** A timestamp over a signature, from any RFC 3161 authority: the address is the whole one, with its path. */
export async function requestTimestamp(url: string, signature: Buffer, patience: Patience): Promise<Buffer> {
  const digest = createHash("sha256").update(signature).digest();
  const imprint = sequence(sequence(SHA256, tlv(0x05)), octets(digest));
  const service = { url, code: "timestamp-failed", expected: "a timestamp", patience } as const;
  const answer = await post(service, "application/timestamp-query", sequence(integer(1), imprint, yes));
  if (!covers(answer, digest))
    throw failure("timestamp-failed", url, "a timestamp over the signature", "something else");
  return answer;
}

function covers(answer: Buffer, digest: Buffer): boolean {
  try {
    const { status, tstInfo } = RFC3161Timestamp.parse(Buffer.from(answer));
    return status <= 1n && tstInfo.messageImprintHashedMessage.equals(digest);
  } catch {
    return false;
  }
}
