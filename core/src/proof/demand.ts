import {
  checkProvenance,
  type Claim,
  type EvidenceError,
  type ExpectedBuild,
  type Report,
  requireEvidence,
} from "../evidence";
import { formatReference, type PinnedReference } from "../image";
import type { Registry, Waiting } from "../registry";
import { predicateName, predicateType, type Trust } from "../trust";
import { prove } from "./prove";

/** What an image must have proven before it may run in an environment. */
export interface Demand {
  readonly environment: string;
  readonly now: Date;
  /** Short names or type URIs; a signature and provenance where left out. */
  readonly predicates?: readonly string[];
  /** Where its provenance must say it was built (E5); a point that is left out is not asked for. */
  readonly build?: Partial<ExpectedBuild>;
}

/** Why an image may not run, in plain words; undefined where nothing stands against it. */
export async function proofRefusal(
  registry: Registry,
  image: PinnedReference,
  demand: Demand & Waiting,
  trust: Trust,
): Promise<string | undefined> {
  return unproven(await prove(registry, image, demand, trust), image, demand);
}

/** The same, from a report that is there. All that is missing is told at once. */
export function unproven(report: Report, image: PinnedReference, demand: Demand): string | undefined {
  const types = (demand.predicates ?? ["signature", "provenance"]).map(predicateType);
  const missing = types.flatMap((type) => {
    const check = predicateName(type) === "provenance" ? buildCheck(demand.build) : undefined;
    const verdict = requireEvidence(report, { predicate: type, ...(check && { check }) });
    return verdict.ok ? [] : [{ type, error: verdict.error }];
  });
  const [first] = missing;
  if (!first) return undefined;
  const about = `${formatReference(image)} may not run in ${demand.environment}`;
  if (first.error.code === "blocked") return `${about}: ${first.error.message}`;
  const lines = missing.map(({ type, error }) => `\n- ${predicateName(type)}: ${indented(error.message)}`);
  return `${about}, because it is not proven:${lines.join("")}\n${nextStep(missing, demand, report)}`;
}

/** Three separate points, of which only those count that the demand names. */
function buildCheck(
  build: Partial<ExpectedBuild> = {},
): ((claim: Claim) => EvidenceError | undefined) | undefined {
  const { builders, repositories, branches } = build;
  if (!builders && !repositories && !branches) return undefined;
  return (claim) => {
    const points = checkProvenance(claim, { builders: [], repositories: [], branches: [], ...build });
    return (builders && points.builder) ?? (repositories && points.repository) ?? (branches && points.branch);
  };
}

function nextStep(
  missing: readonly { readonly error: EvidenceError }[],
  { environment }: Demand,
  { claims, refused }: Report,
): string {
  if (claims.length === 0 && refused.length === 0) {
    return "Nothing is attached to it. Set waybill:signer where it is built, and run pulumi up there again.";
  }
  return missing.every(({ error }) => error.code === "predicate-missing")
    ? "Run pulumi up where it is built, with waybill:signer set; or attach what is missing: waybill attest."
    : `Let somebody sign it whom the trust policy names for ${environment}; waybill evidence list shows all there is.`;
}

function indented(text: string): string {
  return text.trimEnd().replaceAll("\n", "\n  ");
}
