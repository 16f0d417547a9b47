export { type Digest, type DigestAlgorithm, parseDigest, splitDigest } from "./digest";
export { ImageError, type ImageErrorCode, quote } from "./error";
export {
  formatReference,
  type ImageReference,
  isPinned,
  parsePinned,
  parseReference,
  type PinnedReference,
} from "./reference";
export { remarksOn } from "./remarks";
