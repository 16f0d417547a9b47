import { createHash } from "node:crypto";

/** The root hash of a log of `size` entries that a proof leads to from entry `index` (RFC 6962, 2.1.1); undefined if it leads nowhere. */
export function rootFromProof(
  body: Buffer,
  index: bigint,
  size: bigint,
  hashes: readonly Buffer[],
): Buffer | undefined {
  if (index >= size) return undefined;
  let hash = sha256(Buffer.of(0), body);
  let node = index;
  let last = size - 1n;
  for (const sibling of hashes) {
    if (last === 0n) return undefined;
    if (node % 2n === 1n || node === last) {
      hash = sha256(Buffer.of(1), sibling, hash);
      while (node % 2n === 0n && node !== 0n) {
        node >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = sha256(Buffer.of(1), hash, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? hash : undefined;
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
