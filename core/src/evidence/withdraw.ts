import { quote } from "../image";
import { PREDICATE_TYPES, type Reason, type Trust } from "../trust";
import { refusal } from "./error";
import { type Claim, predicateOf, type Question, type Refused, type Report } from "./report";

/** What says that something is not to be; a stolen key can with these at worst stop a release, never start one. */
const NEGATIVE: readonly string[] = [PREDICATE_TYPES.block, PREDICATE_TYPES.revocation];

export function isNegative(predicateType: string): boolean {
  return NEGATIVE.includes(predicateType);
}

/** Takes out what the trust policy or signed evidence revokes; blocks and revocations themselves stay. */
export function withdraw(claims: readonly Claim[], trust: Trust): Pick<Report, "claims" | "refused"> {
  const reasons = new Map(
    trust.revoked.map(({ evidence, reason, by }) => [evidence, `${reason} (${by})`] as const),
  );
  for (const claim of claims) {
    const revocation = predicateOf(claim, "revocation");
    revocation?.evidence.forEach((id) => reasons.set(id, `${revocation.reason} (${nameOf(claim)})`));
  }
  const isRevoked = ({ id, predicateType }: Claim): boolean => !isNegative(predicateType) && reasons.has(id);
  return {
    claims: claims.filter((claim) => !isRevoked(claim)),
    refused: claims.filter(isRevoked).map((revoked): Refused => {
      const { id, source, predicateType } = revoked;
      const error = refusal(
        "revoked",
        source,
        "evidence that still counts",
        `revoked: ${quote(reasons.get(id) ?? "")}`,
      );
      return { source, predicateType, error, revoked };
    }),
  };
}

/** What is blocked stands in the trust policy or as signed evidence; either suffices. */
export function findBlocks(
  claims: readonly Claim[],
  trust: Trust,
  { digest, now }: Question,
): readonly Reason[] {
  const signed = claims.flatMap((claim) => {
    const block = predicateOf(claim, "block");
    return block ? [{ reason: block.reason, by: nameOf(claim), at: claim.time ?? now }] : [];
  });
  return [...trust.blocked.filter((block) => block.digest === digest), ...signed];
}

/** A key has no name but the one that the trust policy gives it. */
function nameOf({ trustedAs, signer }: Claim): string {
  return trustedAs[0] ?? signer.identity;
}
