import type { Digest } from "../image";
import { predicateName, type Trust, TrustError } from "../trust";
import { type PredicateSchemas, standardPredicates } from "./predicates";
import type { Claim, Piece } from "./report";
import { verifyEvidence } from "./verifier";

/** The evidence of one digest, as found. */
export interface Holding {
  readonly digest: Digest;
  readonly registry: string | undefined;
  readonly pieces: readonly Piece[];
}

/** What a digest can no longer prove in an environment once trust has changed. */
export interface Impact {
  readonly digest: Digest;
  readonly environment: string;
  /** Short name or type URI. */
  readonly predicate: string;
  readonly lost: readonly Claim[];
  /** How many pieces of the type still count; with none, the proof is gone. */
  readonly remaining: number;
}

/** Which digests lose proof between two trust policies, at one time. */
export function trustImpact(
  holdings: readonly Holding[],
  before: Trust,
  after: Trust,
  environments: readonly string[],
  now: Date,
  schemas: PredicateSchemas = standardPredicates,
): readonly Impact[] {
  return holdings.flatMap(({ digest, registry, pieces }) =>
    environments.flatMap((environment) => {
      const question = { digest, registry, environment, now };
      const { claims } = verifyEvidence(question, pieces, before, schemas);
      const kept = verifyEvidence(question, pieces, after, schemas).claims;
      const lost = claims.filter(({ source }) => !kept.some((claim) => claim.source === source));
      return [...new Set(lost.map(({ predicateType }) => predicateType))].map((type) => ({
        digest,
        environment,
        predicate: predicateName(type),
        lost: lost.filter(({ predicateType }) => predicateType === type),
        remaining: kept.filter(({ predicateType }) => predicateType === type).length,
      }));
    }),
  );
}

/** The trust policy with one signer cut off from a time on, or altogether. */
export function withoutSigner(trust: Trust, name: string, compromised?: Date): Trust {
  if (!trust.signers.some((signer) => signer.name === name)) {
    throw new TrustError("unknown-signer", {
      about: trust.file,
      expected: `a signer out of: ${trust.signers.map((signer) => signer.name).join(", ")}`,
      found: `"${name}"`,
      next: "Name a signer that the trust policy lists.",
    });
  }
  const signers = compromised
    ? trust.signers.map((signer) => (signer.name === name ? { ...signer, compromised } : signer))
    : trust.signers.filter((signer) => signer.name !== name);
  return { ...trust, signers };
}
