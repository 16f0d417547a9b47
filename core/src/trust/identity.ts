/** Who may hold a certificate: one identity of one issuer, whole; or a pattern, where one is asked for. */
export interface TrustedIdentity {
  readonly issuer: string;
  readonly identity: string | undefined;
  readonly pattern: string | undefined;
  /** What else the certificate must say, by the name of the Fulcio extension. */
  readonly certificate: Readonly<Partial<Record<CertificateClaim, string>>>;
}

/** https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md, the ones that say where a build came from. */
export const CERTIFICATE_CLAIMS = {
  buildSignerUri: "1.3.6.1.4.1.57264.1.9",
  buildSignerDigest: "1.3.6.1.4.1.57264.1.10",
  runnerEnvironment: "1.3.6.1.4.1.57264.1.11",
  sourceRepositoryUri: "1.3.6.1.4.1.57264.1.12",
  sourceRepositoryDigest: "1.3.6.1.4.1.57264.1.13",
  sourceRepositoryRef: "1.3.6.1.4.1.57264.1.14",
  sourceRepositoryOwnerUri: "1.3.6.1.4.1.57264.1.16",
  buildConfigUri: "1.3.6.1.4.1.57264.1.18",
  buildTrigger: "1.3.6.1.4.1.57264.1.20",
  runInvocationUri: "1.3.6.1.4.1.57264.1.21",
} as const;

export type CertificateClaim = keyof typeof CERTIFICATE_CLAIMS;

/**
 * Whole-text match: `*` stands for a run without `/` and `@`, `**` for any run, all else for itself. Not a regular
 * expression: those are easily left unanchored (SIG-081) and can take exponential time on a name that an attacker chose.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const tokens = pattern.match(/\*\*|\*|[^*]/gsu) ?? [];
  let states = withEmptyRuns(new Set([0]), tokens);
  for (const char of text) {
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === "**" || (token === "*" && char !== "/" && char !== "@")) next.add(state);
      else if (token === char && token !== "*") next.add(state + 1);
    }
    states = withEmptyRuns(next, tokens);
  }
  return states.has(tokens.length);
}

/** A star may also stand for nothing. */
function withEmptyRuns(states: Set<number>, tokens: readonly string[]): Set<number> {
  for (const state of states) {
    if (tokens[state]?.startsWith("*")) states.add(state + 1);
  }
  return states;
}
