/** Bounds on what is read from a tool's report, far above honest use. */
export const LIMITS = {
  reportBytes: 64 * 1024 * 1024,
  /** Entries of one list. */
  items: 200_000,
  /** Elements inside one another. */
  depth: 200,
  /** Names of tests that are written down for each outcome; the counts cover all. */
  names: 2000,
  nameLength: 300,
} as const;
