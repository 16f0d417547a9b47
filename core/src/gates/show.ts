import type { Rules } from "../promotion";
import { sortedOnce } from "./answer";
import { freezeName } from "./evaluate";
import { mayEnter } from "./overrides";
import type { Verdict } from "./types";
import { counted } from "./words";

const ANSWER_WIDTH = "overridden".length;

/** All verdicts as one table in words, the same wherever it is shown. */
export function describeVerdicts(verdicts: readonly Verdict[]): string {
  const width = Math.max(0, ...verdicts.map(({ gate }) => gate.length));
  const indent = `\n${" ".repeat(ANSWER_WIDTH + width + 4)}`;
  return verdicts
    .map((verdict) => {
      const answer = answerOf(verdict);
      const step = answer === "no" && verdict.next !== "" ? `\nnext: ${verdict.next}` : "";
      const row = `${answer.padEnd(ANSWER_WIDTH)}  ${verdict.gate.padEnd(width)}  ${verdict.reason}${step}`;
      return row.replaceAll("\n", indent);
    })
    .join("\n");
}

/** One line: "3 of 5 gates say no: approvals, soak, scan". */
export function summary(verdicts: readonly Verdict[]): string {
  const named = (wanted: string): string[] =>
    verdicts.filter((verdict) => answerOf(verdict) === wanted).map(({ gate }) => gate);
  const [noes, overridden] = [named("no"), named("overridden")];
  const over = overridden.length > 0 ? `; overridden: ${overridden.join(", ")}` : "";
  if (noes.length === 0) {
    const says = verdicts.length === 1 ? "says" : "say";
    return overridden.length === 0
      ? `${counted(verdicts.length, "gate")} ${says} yes`
      : `${verdicts.length - overridden.length} of ${counted(verdicts.length, "gate")} say yes${over}`;
  }
  const says = noes.length === 1 ? "says" : "say";
  return `${noes.length} of ${counted(verdicts.length, "gate")} ${says} no: ${noes.join(", ")}${over}`;
}

/** Ids that an approval binds to: what all gates used but those that ask for approvals. */
export function usedEvidence(rules: Rules, verdicts: readonly Verdict[]): readonly string[] {
  const asking = [
    ...[...rules.gates, ...rules.configGates]
      .filter(({ kind }) => kind === "approvals")
      .map(({ name }) => name),
    ...rules.freezes.map(({ name }) => freezeName(name)),
  ];
  return sortedOnce(
    verdicts.filter(({ gate }) => !asking.includes(gate)).flatMap(({ evidence }) => evidence),
  );
}

function answerOf(verdict: Verdict): "yes" | "no" | "overridden" {
  if (verdict.pass) return "yes";
  return mayEnter([verdict]) ? "overridden" : "no";
}
