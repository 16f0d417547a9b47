import { quote } from "../image";
import { type EvidenceError, refusal } from "./error";
import { type Claim, predicateOf } from "./report";

export interface ExpectedSummary {
  /** The image or environment that the summary must be about, whole. */
  readonly resourceUri: string;
  readonly verifiers: readonly string[];
  /** A level that must be among the verified ones. */
  readonly level: string | undefined;
}

/** https://slsa.dev/spec/v1.0/verification_summary, "how to verify": each step, since a signature says nothing of them. */
export function summaryRefusal(claim: Claim, expected: ExpectedSummary): EvidenceError | undefined {
  const { source: about } = claim;
  const summary = predicateOf(claim, "vsa");
  if (!summary) return refusal("predicate-type", about, "a verification summary", quote(claim.predicateType));
  const { verifier, resourceUri, verificationResult, verifiedLevels } = summary;
  if (!expected.verifiers.includes(verifier.id)) {
    return refusal(
      "vsa-verifier",
      about,
      `a summary by ${expected.verifiers.join(" or ")}`,
      quote(verifier.id),
    );
  }
  if (resourceUri !== expected.resourceUri) {
    return refusal("vsa-resource", about, `a summary of ${expected.resourceUri}`, quote(resourceUri));
  }
  if (verificationResult !== "PASSED") return refusal("vsa-result", about, "PASSED", verificationResult);
  if (expected.level !== undefined && !verifiedLevels.includes(expected.level)) {
    return refusal("vsa-level", about, expected.level, quote(verifiedLevels.join(", ")));
  }
  return undefined;
}
