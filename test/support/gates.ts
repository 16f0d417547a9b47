import type { Claim, Predicates } from "@waybill/core/evidence";
import { evaluate, type Facts, type Verdict } from "@waybill/core/gates";
import type { Gate, Rules } from "@waybill/core/promotion";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import { approvedBy, incidentsOf, loadOf, scanOf, testsOf } from "./gates/predicates";
import { type GateOf, RULES } from "./gates/rules";
import {
  ago,
  at,
  claimOf,
  CONFIG,
  DAY,
  ENTERED,
  hashOf,
  historyOf,
  HOUR,
  IMAGE,
  NOW,
  OWN_HEAD,
  STAGING,
} from "./gates/signed";

export * from "./gates/predicates";
export * from "./gates/rules";
export * from "./gates/signed";

const PROVENANCE: Predicates["provenance"] = {
  buildDefinition: {
    buildType: "https://waybill.dev/build/v1",
    externalParameters: {
      source: { repository: "https://github.com/acme/hello", ref: "refs/heads/main" },
    },
  },
  runDetails: { builder: { id: "https://ci.example.com" } },
};

/** One piece of each kind that the gates ask for, and no more. */
export const CLAIMS: readonly Claim[] = [
  claimOf("signature", {}, "ci"),
  claimOf("provenance", PROVENANCE, "ci"),
  claimOf("test-result", testsOf("staging-passed", { full: { passed: 40, failed: 0 } }), "ci"),
  claimOf("test-result", testsOf("staging-passed", { smoke: { passed: 3, failed: 0 } }), "ci"),
  claimOf("vulns", scanOf({ "CVE-2026-1": "low" }), "scanner"),
  claimOf("review", { what: "security", result: "passed" }, "sam"),
  claimOf("incidents", incidentsOf(ago(3 * DAY), ago(2 * HOUR)), "pager"),
  approvedBy("alice", { reason: "looks good" }),
  approvedBy("bob"),
  claimOf("load", loadOf(), "load-lab"),
  claimOf("compatibility", { rollback: "safe", sideBySide: true, changes: [] }, "ci"),
];

/** A world in which hello may enter prod, as data; each test breaks one thing in it. */
export const FACTS: Facts = {
  place: at("prod"),
  rules: RULES,
  image: IMAGE,
  pinned: true,
  report: {
    question: { digest: hashOf("v2"), environment: "prod", registry: "ghcr.io", now: NOW },
    claims: CLAIMS,
    refused: [],
    blocks: [],
  },
  config: CONFIG,
  own: historyOf(at("prod"), OWN_HEAD),
  upstream: [{ stack: "staging", history: historyOf(STAGING, ENTERED) }],
  platforms: null,
  requester: undefined,
  now: NOW,
};

export const withClaims = (facts: Facts, claims: readonly Claim[]): Facts => ({
  ...facts,
  report: { ...facts.report, claims },
});

export const plus = (facts: Facts, ...claims: readonly Claim[]): Facts =>
  withClaims(facts, [...facts.report.claims, ...claims]);

/** Without all evidence of a type. */
export const without = (facts: Facts, name: keyof Predicates): Facts =>
  withClaims(
    facts,
    facts.report.claims.filter(({ predicateType }) => predicateType !== PREDICATE_TYPES[name]),
  );

/** Other evidence of a type instead of what is there. */
export const instead = (facts: Facts, name: keyof Predicates, ...claims: readonly Claim[]): Facts =>
  plus(without(facts, name), ...claims);

export const withRules = (facts: Facts, change: Partial<Rules>): Facts => ({
  ...facts,
  rules: { ...facts.rules, ...change },
});

/** The same rules with one gate of the world changed. */
export const withGate = <Kind extends Gate["kind"]>(
  facts: Facts,
  kind: Kind,
  change: Partial<GateOf<Kind>>,
): Facts =>
  withRules(facts, {
    gates: facts.rules.gates.map((gate) => (gate.kind === kind ? { ...gate, ...change } : gate)),
  });

export function verdictOf(facts: Facts, gate: string): Verdict {
  const found = evaluate(facts).find((verdict) => verdict.gate === gate);
  if (!found) throw new Error(`no verdict of ${gate}`);
  return found;
}

/** Names of the gates that do not pass. */
export const noes = (facts: Facts): string[] =>
  evaluate(facts)
    .filter(({ pass }) => !pass)
    .map(({ gate }) => gate);
