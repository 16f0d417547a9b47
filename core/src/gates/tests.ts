import type { Gate } from "../promotion";
import { no, yes } from "./answer";
import { ageRefusal, foundInstead, judgeNewest, reasonOf, saying, type Said } from "./claims";
import { attestStep } from "./steps";
import type { Answer, Facts } from "./types";
import { counted, moment, plain } from "./words";

type TestsGate = Extract<Gate, { kind: "tests" }>;

/** One run of one suite: a run that did not pass and names no suite speaks of each. */
interface Run extends Said<"test-result"> {
  readonly counts: readonly Counts[];
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** A named mark: all suites passed, the newest run of each. What counts is what was signed, never what a list calls it. */
export function judgeTests(facts: Facts, gate: TestsGate): Answer {
  const marked = saying(facts, "test-result", gate.by).filter(({ said }) =>
    marksOf(said).includes(gate.mark),
  );
  const judged = gate.suites.map((suite) => judgeSuite(facts, gate, suite, marked));
  const used = judged.flatMap(({ run }) => run ?? []);
  const evidence = used.map(({ claim }) => claim.id);
  const bad = judged.filter(({ no: reason }) => reason !== undefined);
  const [first] = bad;
  if (first) {
    const next = attestStep(facts, "tests", `--mark ${gate.mark} --report FILE=${first.suite}`);
    return no(`${gate.mark}: ${bad.map(({ no: reason }) => reason).join("; ")}`, next, evidence);
  }
  const passed = used.flatMap(({ counts }) => counts).reduce((sum, one) => sum + one.passed, 0);
  return yes(
    `${gate.mark}: ${counted(gate.suites.length, "suite")} (${gate.suites.join(", ")}), ${passed} passed, 0 failed`,
    evidence,
  );
}

function judgeSuite(
  facts: Facts,
  gate: TestsGate,
  suite: string,
  marked: readonly Said<"test-result">[],
): { readonly suite: string; readonly no?: string; readonly run?: Run } {
  const runs = marked.flatMap((one) => runsOf(one, suite));
  const judged = judgeNewest(runs, badRun, ({ claim }) => ageRefusal(claim, gate.maxAge, facts.now));
  if (!judged)
    return { suite, no: `expected a run of suite ${suite}, found ${foundInstead(facts, "test-result")}` };
  return "used" in judged
    ? { suite, run: judged.used }
    : { suite, no: `suite ${suite}: ${reasonOf(judged)}` };
}

function runsOf({ claim, said }: Said<"test-result">, suite: string): readonly Run[] {
  const named = said.configuration.filter(({ annotations }) => annotations?.["waybill"] === "suite");
  const own = named.filter(({ name }) => name === suite);
  const speaksOfAll = named.length === 0 && said.result !== "PASSED";
  if (own.length === 0 && !speaksOfAll) return [];
  return [{ claim, said, counts: own.map(({ annotations }) => toCounts(annotations ?? {})) }];
}

function marksOf({ configuration }: Said<"test-result">["said"]): readonly (string | undefined)[] {
  return configuration
    .filter(({ annotations }) => annotations?.["waybill"] === "mark")
    .map(({ name }) => name);
}

/** What is no count is one that failed. */
function toCounts({ passed, failed }: Readonly<Record<string, unknown>>): Counts {
  return isCount(passed) && isCount(failed) ? { passed, failed } : { passed: 0, failed: NaN };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function badRun({ claim, said, counts }: Run): string | undefined {
  const when = claim.time ? ` of ${moment(claim.time)}` : "";
  const failed = counts.reduce((sum, one) => sum + one.failed, 0);
  if (said.result !== "PASSED") {
    const names = (said.failedTests ?? said.warnedTests ?? []).slice(0, 3).map(plain);
    const which = names.length > 0 ? ` (${names.join(", ")})` : "";
    const count = Number.isNaN(failed) ? "an unreadable number of" : failed;
    return `expected PASSED, found ${said.result} with ${count} failed${which} in the newest run${when}`;
  }
  if (Number.isNaN(failed))
    return `expected counts of passed and failed tests, found none in the newest run${when}`;
  if (failed > 0) return `expected 0 failed, found ${failed} in the newest run${when}`;
  return counts.some(({ passed }) => passed === 0)
    ? `expected tests that passed, found 0 in the newest run${when}`
    : undefined;
}
