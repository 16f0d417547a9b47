import type { Claim } from "../evidence";
import type { Gate } from "../promotion";
import { judgeApprovals, judgeFreeze } from "./approvals";
import { judgeBlock, mixUp } from "./block";
import { judgeCompatibility } from "./compatibility";
import { isOpen } from "./freeze";
import { judgeLoad } from "./load";
import { judgeOrder } from "./order";
import { withOverrides } from "./overrides";
import { judgePlatforms } from "./platforms";
import { judgeProof } from "./proof";
import { judgeReview } from "./review";
import { judgeScan } from "./scan";
import { judgeSoak } from "./soak";
import { judgeTests } from "./tests";
import type { Answer, Facts, Verdict } from "./types";

/** Whether an image may enter: the answer of every gate, always of all of them. */
export function evaluate(facts: Facts): readonly Verdict[] {
  const known = inOrder(facts);
  return withOverrides(known, [
    toVerdict("block", judgeBlock(known)),
    toVerdict("proof", judgeProof(known)),
    toVerdict("order", judgeOrder(known)),
    ...(known.rules.platforms === null ? [] : [toVerdict("platforms", judgePlatforms(known))]),
    ...judgeAll(known, known.rules.gates),
  ]);
}

/** Whether the settings of what runs may change. */
export function evaluateConfig(facts: Facts): readonly Verdict[] {
  const known = inOrder(facts);
  return withOverrides(known, [
    toVerdict("block", judgeBlock(known)),
    ...judgeAll(known, known.rules.configGates),
  ]);
}

export function freezeName(name: string): string {
  return `freeze ${name}`;
}

function judgeAll(facts: Facts, gates: readonly Gate[]): readonly Verdict[] {
  const open = facts.rules.freezes.filter((freeze) => isOpen(freeze, facts.now));
  return [
    ...gates.map((gate) => toVerdict(gate.name, judge(facts, gate))),
    ...open.map((freeze) => toVerdict(freezeName(freeze.name), judgeFreeze(facts, freeze))),
  ];
}

function judge(facts: Facts, gate: Gate): Answer {
  switch (gate.kind) {
    case "tests":
      return judgeTests(facts, gate);
    case "scan":
      return judgeScan(facts, gate);
    case "review":
      return judgeReview(facts, gate);
    case "soak":
      return judgeSoak(facts, gate);
    case "approvals":
      return judgeApprovals(facts, gate);
    case "load":
      return judgeLoad(facts, gate);
    case "compatibility":
      return judgeCompatibility(facts, gate);
  }
}

function toVerdict(gate: string, answer: Answer): Verdict {
  return { gate, ...answer, override: null };
}

/** The order in which a registry lists evidence has no part in any answer; evidence about something else is none. */
function inOrder(facts: Facts): Facts {
  const { report } = facts;
  const claims = mixUp(facts) === undefined ? [...report.claims].sort(compareClaims) : [];
  const refused = report.refused
    .map((one) => ({ one, key: `${one.source} ${one.error.message}` }))
    .sort((one, other) => compare(one.key, other.key))
    .map(({ one }) => one);
  return { ...facts, report: { ...report, claims, refused } };
}

function compareClaims(one: Claim, other: Claim): number {
  const [first, second] = [one, other].map(({ time }) => Number(time ?? 0));
  return (first ?? 0) - (second ?? 0) || compare(keyOf(one), keyOf(other));
}

function keyOf({ id, source, signer, trustedAs }: Claim): string {
  return [id, source, signer.issuer ?? "", signer.identity, ...trustedAs].join(" ");
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
