import {
  type Claim,
  checkPredicate,
  predicateOf,
  summaryRefusal,
  type VerificationSummary,
} from "../evidence";
import type { Digest } from "../image";
import type { Place } from "../promotion";
import { findMistakes } from "../schema";
import { predicateType } from "../trust";
import { refusal } from "./error";
import { decisionSchema } from "./schema";
import type { Decision, DecisionEntry, DeploymentEntry } from "./types";

const VERIFIER = "https://waybill.dev/promotion";
const LEVEL = "WAYBILL_PROMOTED";

/** A claim that was verified; what a revocation took out stays in the chain, and says so. */
export type Told = Claim & { readonly revoked?: string };

/** The deployment that a claim records for the place; undefined for everything else. */
export function readDeployment(claim: Told, place: Place): DeploymentEntry | undefined {
  const record = predicateOf(claim, "deployment");
  if (!record || !isAt(record, place)) return undefined;
  const { id, signer, time, revoked } = claim;
  return { id, signer, time, record, ...(revoked !== undefined && { revoked }) };
}

/** The decision that a claim records for the place; all that it says twice must agree. */
export function readDecision(claim: Told, place: Place): DecisionEntry | undefined {
  const summary = predicateOf(claim, "vsa");
  const expected = { resourceUri: resourceOf(place), verifiers: [VERIFIER], level: LEVEL };
  if (!summary || summaryRefusal(claim, expected)) return undefined;
  const record = (summary as { readonly waybill_decision?: Decision }).waybill_decision;
  if (!record || findMistakes(record, decisionSchema).length > 0 || !isAt(record, place)) return undefined;
  const { id, signer, time } = claim;
  if (summary.timeVerified !== record.decidedOn || summary.policy.digest?.["sha256"] !== hexOf(record.policy))
    return undefined;
  return { id, signer, time, record, digest: record.digest };
}

/** A verification summary that carries the decision. `rules` is the name of the file that the rules stand in. */
export function writeDecision(record: Decision, rules: string): VerificationSummary & object {
  const [mistake] = findMistakes(record, decisionSchema);
  if (mistake) {
    const about = `decision for ${record.digest}`;
    throw refusal("malformed-decision", about, "what a decision says", `${mistake.path} ${mistake.message}`);
  }
  const evidence = record.verdicts.flatMap((verdict) => verdict.evidence);
  const used = [...new Set([...evidence, ...record.overrides])].sort();
  const summary = {
    verifier: { id: VERIFIER },
    timeVerified: record.decidedOn,
    resourceUri: resourceOf({ ...record, target: record.target ?? undefined }),
    policy: { uri: rules, digest: { sha256: hexOf(record.policy) } },
    inputAttestations: used.map((id) => ({ digest: { sha256: hexOf(id) } })),
    verificationResult: "PASSED" as const,
    verifiedLevels: [LEVEL],
    waybill_decision: record,
  };
  checkPredicate(`decision for ${record.digest}`, predicateType("vsa"), summary);
  return summary;
}

export function resourceOf({ service, environment, target }: Place): string {
  return `waybill:${[service, environment, ...(target === undefined ? [] : [target])].join("/")}`;
}

/** The digest that a record is about. */
export function subjectOf({ record }: DeploymentEntry | DecisionEntry): Digest {
  return "image" in record ? record.image.digest : record.digest;
}

function isAt(
  record: { readonly service: string; readonly environment: string; readonly target: string | null },
  { service, environment, target }: Place,
): boolean {
  return (
    record.service === service && record.environment === environment && record.target === (target ?? null)
  );
}

function hexOf(hash: string): string {
  return hash.slice(hash.indexOf(":") + 1);
}
