import { X509Certificate } from "node:crypto";
import {
  EvidenceError,
  evidenceId,
  parseBundle,
  parseStatement,
  type Piece,
  type SignerId,
} from "../evidence";
import { type Digest, ImageError, parseDigest } from "../image";

export interface Claimed {
  readonly id: string | undefined;
  readonly signer: SignerId | undefined;
}

/** What a piece says of itself, for people to see what does not count. Nothing of it is proven. */
export function claimedBy({ source, bytes }: Piece): Claimed {
  try {
    const { content, signer } = parseBundle(source, bytes);
    const identity = "keyHint" in signer ? signer.keyHint : nameIn(signer.certificate);
    return {
      id: "payload" in content ? evidenceId(content) : undefined,
      signer: identity === "" ? undefined : { issuer: undefined, identity },
    };
  } catch {
    // It was refused for this very reason already.
    return { id: undefined, signer: undefined };
  }
}

/** The digests that a piece says it is about; none where it cannot be read. */
export function subjectsOf({ source, bytes }: Piece): readonly Digest[] {
  try {
    const { content } = parseBundle(source, bytes);
    if (!("payload" in content)) return [];
    return parseStatement(source, content.payload).subjects.flatMap(({ digest }) =>
      Object.entries(digest).flatMap(([algorithm, hex]) => digestOrNothing(`${algorithm}:${hex}`)),
    );
  } catch (error) {
    if (error instanceof EvidenceError) return [];
    throw error;
  }
}

/** Subjects may be named by hashes that no registry knows, such as commits. */
function digestOrNothing(text: string): readonly Digest[] {
  try {
    return [parseDigest(text)];
  } catch (error) {
    if (error instanceof ImageError) return [];
    throw error;
  }
}

function nameIn(certificate: Buffer): string {
  const names = new X509Certificate(certificate).subjectAltName ?? "";
  return names.replace(/^(?:URI|email):/, "");
}
