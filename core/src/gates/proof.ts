import { provenanceRefusal, requireEvidence, type Claim } from "../evidence";
import { parsePinned, type PinnedReference } from "../image";
import { WaybillError } from "../problem";
import { unproven } from "../proof";
import { no, yes } from "./answer";
import type { Answer, Facts } from "./types";
import { plain } from "./words";

/** Signed, and built where and by whom it must be. */
export function judgeProof(facts: Facts): Answer {
  const { image, place, rules, report, now } = facts;
  const reference = toPinned(`${image.repository}@${image.digest}`);
  if (typeof reference === "string") {
    return no(`expected an image by repository and digest, found ${reference}`, "Build the image again.");
  }
  const demand = {
    environment: place.environment,
    now,
    ...(rules.provenance && { build: rules.provenance }),
  };
  // What blocks the image is another gate's answer.
  const refusal = unproven({ ...report, blocks: [] }, reference, demand);
  if (refusal !== undefined) {
    const { reason, next } = parted(refusal);
    return no(reason, next);
  }
  const signature = oldest(facts, "signature");
  const provenance = oldest(facts, "provenance");
  const where = rules.provenance ? ", built where promotion.yaml says" : "";
  return yes(
    `signed by ${signerIn(signature)}; provenance by ${signerIn(provenance)}${where}`,
    [signature, provenance].flatMap((claim) => claim?.id ?? []),
  );
}

/** A key has no name but the one that the trust policy gives it. */
function signerIn(claim: Claim | undefined): string {
  return plain(claim?.trustedAs[0] ?? claim?.signer.identity ?? "");
}

function toPinned(text: string): PinnedReference | string {
  try {
    return parsePinned(text);
  } catch (error) {
    if (error instanceof WaybillError) return error.problem.found;
    throw error;
  }
}

/** The refusal's last line says what to do. */
function parted(refusal: string): { readonly reason: string; readonly next: string } {
  const end = refusal.lastIndexOf("\n");
  return end < 0
    ? { reason: refusal, next: "Promote another image." }
    : { reason: refusal.slice(0, end), next: refusal.slice(end + 1) };
}

function oldest({ report, rules }: Facts, predicate: "signature" | "provenance"): Claim | undefined {
  const { provenance } = rules;
  const verdict = requireEvidence(
    { ...report, blocks: [] },
    {
      predicate,
      ...(predicate === "provenance" &&
        provenance && { check: (claim: Claim) => provenanceRefusal(claim, provenance) }),
    },
  );
  return verdict.ok ? verdict.claims[0] : undefined;
}
