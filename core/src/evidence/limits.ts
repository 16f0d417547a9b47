/**
 * Bounds on what is read from a registry or a file, far above honest use: whoever may write there must not make us work
 * or remember without end (GHSA-vfp6-jrw2-99g9, GHSA-cq38-jh5f-37mq, GHSA-88jx-383q-w4qc).
 */
export const LIMITS = {
  /** SBOMs of large images reach some ten MiB. */
  bundleBytes: 32 * 1024 * 1024,
  manifestBytes: 1024 * 1024,
  /** Pieces of evidence of one digest. */
  pieces: 1000,
  totalBytes: 256 * 1024 * 1024,
  subjects: 1024,
  certificates: 8,
  logEntries: 8,
  timestamps: 8,
  /** Hashes of an inclusion proof: enough for a log of 2^63 entries. */
  proofHashes: 64,
  checkpointBytes: 64 * 1024,
} as const;
