import { createHash, type Hash } from "node:crypto";
import { type Digest, parseDigest, splitDigest } from "../../image";
import { registryError } from "../errors";

/** What content must turn out to be. */
export interface Expected {
  readonly digest: Digest;
  readonly size: number;
}

export function digestOf(bytes: Uint8Array, like?: Digest): Digest {
  const algorithm = like === undefined ? "sha256" : splitDigest(like).algorithm;
  return finish(algorithm, createHash(algorithm).update(bytes));
}

export function assertDigest(bytes: Uint8Array, expected: Digest, about: string): void {
  const found = digestOf(bytes, expected);
  if (found !== expected) throw digestMismatch(about, expected, found);
}

/**
 * Passes bytes on while it counts and hashes them. It holds the last piece back until all of them are known to be
 * right, so that nobody ever has the whole of something wrong.
 */
export async function* verified(
  source: AsyncIterable<Uint8Array>,
  { digest, size }: Expected,
  about: string,
): AsyncGenerator<Uint8Array> {
  const { algorithm } = splitDigest(digest);
  const hash = createHash(algorithm);
  let count = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of source) {
    count += chunk.length;
    if (count > size) throw sizeMismatch(about, size, "more");
    hash.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (count < size) throw sizeMismatch(about, size, String(count));
  const found = finish(algorithm, hash);
  if (found !== digest) throw digestMismatch(about, digest, found);
  if (held !== undefined) yield held;
}

export function digestMismatch(about: string, expected: Digest, found: string): Error {
  return registryError("digest-mismatch", { about, expected, found });
}

export function sizeMismatch(about: string, expected: number, found: string): Error {
  return registryError("size-mismatch", { about, expected: `${expected} bytes`, found });
}

function finish(algorithm: string, hash: Hash): Digest {
  return parseDigest(`${algorithm}:${hash.digest("hex")}`);
}
