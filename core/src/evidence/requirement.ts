import { quote } from "../image";
import { predicateName, predicateType } from "../trust";
import { type EvidenceError, refusal } from "./error";
import type { Claim, Refused, Report } from "./report";

/** What a gate asks of the evidence of a digest. */
export interface Requirement {
  /** Short name or type URI. */
  readonly predicate: string;
  /** Names of the trust policy; any signer who may say it where left out. */
  readonly signers?: readonly string[];
  /** How many different signers must say it; one where left out. */
  readonly threshold?: number;
  /** In milliseconds; what has no trusted time has no age, and is too old. */
  readonly maxAge?: number;
  /** Why a claim's content is not what is asked for. */
  readonly check?: (claim: Claim) => EvidenceError | undefined;
}

export type Verdict =
  | { readonly ok: true; readonly claims: readonly Claim[] }
  | { readonly ok: false; readonly error: EvidenceError; readonly refused: readonly Refused[] };

/** A "no" is an answer, not an exception. An attestation is never taken for a signature: types are compared whole. */
export function requireEvidence(report: Report, requirement: Requirement): Verdict {
  const type = predicateType(requirement.predicate);
  const said = report.claims.filter(
    (claim) => claim.predicateType === type && isBy(claim, requirement.signers),
  );
  const errors = new Map(said.map((claim) => [claim, claimRefusal(claim, requirement, report.question.now)]));
  const claims = said.filter((claim) => errors.get(claim) === undefined);
  const refused = [
    ...report.refused.filter((other) => other.predicateType === type || other.predicateType === undefined),
    ...[...errors].flatMap(([{ source }, error]) => (error ? [{ source, predicateType: type, error }] : [])),
  ];
  const error = blockRefusal(report) ?? countRefusal(report, requirement, type, claims, refused);
  return error ? { ok: false, error, refused } : { ok: true, claims };
}

function isBy({ trustedAs }: Claim, signers: readonly string[] | undefined): boolean {
  return signers === undefined || trustedAs.some((name) => signers.includes(name));
}

function claimRefusal(claim: Claim, { maxAge, check }: Requirement, now: Date): EvidenceError | undefined {
  return ageRefusal(claim, maxAge, now) ?? check?.(claim);
}

/** A registry can serve old evidence and hide newer; only an age that counts from a trusted time helps (SIG-076). */
function ageRefusal(
  { source, time }: Claim,
  maxAge: number | undefined,
  now: Date,
): EvidenceError | undefined {
  if (maxAge === undefined) return undefined;
  if (!time) return refusal("no-trusted-time", source, "a trusted time, as its age matters", "none");
  const oldest = new Date(now.getTime() - maxAge);
  if (time >= oldest) return undefined;
  return refusal("stale", source, `evidence of ${oldest.toISOString()} or later`, time.toISOString());
}

function blockRefusal({ question, blocks }: Report): EvidenceError | undefined {
  const [block] = blocks;
  return (
    block &&
    refusal(
      "blocked",
      question.digest,
      "a digest that is not blocked",
      `${quote(block.reason)} by ${quote(block.by).slice(1, -1)}`,
    )
  );
}

function countRefusal(
  { question: { digest } }: Report,
  { threshold = 1 }: Requirement,
  type: string,
  claims: readonly Claim[],
  refused: readonly Refused[],
): EvidenceError | undefined {
  const signers = new Set(claims.map(({ signer }) => `${signer.issuer ?? ""} ${signer.identity}`));
  if (signers.size >= Math.max(threshold, 1)) return undefined;
  const name = predicateName(type);
  if (signers.size > 0) {
    return refusal("threshold", digest, `${name} by ${threshold} different signers`, `${signers.size}`);
  }
  if (refused.length === 0) return refusal("predicate-missing", digest, `evidence of type ${name}`, "none");
  const reasons = refused.slice(0, 5).map(({ error }) => `\n  ${error.code}: ${error.message}`);
  const more = refused.length > 5 ? `\n  and ${refused.length - 5} more` : "";
  return refusal(
    "no-trusted-evidence",
    digest,
    `${name} that counts`,
    `none that does:${reasons.join("")}${more}\n`,
  );
}
