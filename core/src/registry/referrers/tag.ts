import { type Digest, splitDigest } from "../../image";

/** Distribution-spec, "Referrers Tag Schema": algorithm cut to 32 characters, encoding cut to 64. */
export function fallbackTag(subject: Digest): string {
  const { algorithm, hex } = splitDigest(subject);
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
}

/** Whether two subjects may share a tag, so that its entries must be looked at one by one. */
export function isTruncated(subject: Digest): boolean {
  return splitDigest(subject).hex.length > 64;
}
