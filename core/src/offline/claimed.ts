import { X509Certificate } from "node:crypto";
import { evidenceId, parseBundle, type Piece, type SignerId } from "../evidence";

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

function nameIn(certificate: Buffer): string {
  const names = new X509Certificate(certificate).subjectAltName ?? "";
  return names.replace(/^(?:URI|email):/, "");
}
