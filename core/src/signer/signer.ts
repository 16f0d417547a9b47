import type { KeyObject } from "node:crypto";

/** Signs bytes, and knows nothing of what they mean. Asked for when something is signed, and not before. */
export interface Signer {
  readonly sign: (data: Buffer) => Promise<Signature>;
}

export interface Signature {
  readonly bytes: Buffer;
  readonly publicKey: KeyObject;
  /** DER of the certificate for the key; undefined for a key that stands for itself. */
  readonly certificate: Buffer | undefined;
}
