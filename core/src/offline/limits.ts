import { LIMITS } from "../evidence";

/** Whoever may attach evidence, or hand over a file, must not make us work or remember without end. */
export const MOST = {
  manifests: 1000,
  manifestBytes: 32 * 1024 * 1024,
  pieces: LIMITS.pieces,
  /** All bundles in base64, and room for the rest; still a text that Node can hold. */
  fileBytes: Math.ceil((LIMITS.totalBytes * 4) / 3) + 64 * 1024 * 1024,
} as const;
