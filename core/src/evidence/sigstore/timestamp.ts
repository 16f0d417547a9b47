import { createHash, type KeyObject } from "node:crypto";
import { RFC3161Timestamp } from "@sigstore/core";
import { describeWindow, type TrustRoot } from "../../trust";
import { refusal } from "../error";
import { isValidAt } from "./certificate";

/** What an RFC 3161 token says, before anybody has checked who signed it. */
interface Token {
  readonly token: RFC3161Timestamp;
  readonly time: Date;
  readonly algorithm: string | undefined;
  readonly imprint: Buffer;
  readonly issuer: Buffer;
  readonly serialNumber: Buffer;
}

/** The time at which a trusted timestamp authority saw the signature. */
export function verifyTimestamp(about: string, bytes: Buffer, signature: Buffer, root: TrustRoot): Date {
  const token = parseToken(about, bytes);
  const { time, algorithm = "an unknown hash", imprint } = token;
  const isKnown = ["sha256", "sha384", "sha512"].includes(algorithm);
  if (!isKnown || !createHash(algorithm).update(signature).digest().equals(imprint)) {
    throw refusal(
      "timestamp-mismatch",
      about,
      "a timestamp of this signature",
      `one of something else (${algorithm})`,
    );
  }
  const authorities = root.timestampAuthorities.filter(
    ({ chain: [signer] }) =>
      signer.serialNumber.equals(token.serialNumber) &&
      signer.issuer.equals(token.issuer) &&
      isSignedBy(token, signature, signer.key),
  );
  const [authority] = authorities;
  if (!authority) {
    const expected = "a timestamp of a trusted authority";
    throw refusal("timestamp-untrusted", about, expected, "one that no such authority signed");
  }
  if (!authorities.some((candidate) => isValidAt(candidate, time))) {
    const windows = [authority, ...authority.chain]
      .map(({ validFor }) => describeWindow(validFor))
      .join("; ");
    throw refusal("timestamp-expired", about, `a timestamp within ${windows}`, time.toISOString());
  }
  return time;
}

function parseToken(about: string, bytes: Buffer): Token {
  try {
    const token = RFC3161Timestamp.parse(Buffer.from(bytes));
    const { signingTime: time, tstInfo, signerIssuer: issuer, signerSerialNumber: serialNumber } = token;
    if (Number.isNaN(time.getTime())) throw new Error("no time in it");
    const { messageImprintHashAlgorithm: algorithm, messageImprintHashedMessage: imprint } = tstInfo;
    return { token, time, algorithm, imprint, issuer, serialNumber };
  } catch (cause) {
    throw refusal("timestamp-invalid", about, "an RFC 3161 timestamp", (cause as Error).message, cause);
  }
}

function isSignedBy({ token }: Token, signature: Buffer, key: KeyObject): boolean {
  try {
    token.verify(signature, key);
    return true;
  } catch {
    return false;
  }
}
