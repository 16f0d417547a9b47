import {
  describeVerdicts,
  evaluate,
  evaluateConfig,
  mayEnter,
  summary,
  type Facts,
  type Verdict,
} from "@waybill/core/gates";
import type { Freeze } from "@waybill/core/promotion";
import {
  approvedBy,
  claimOf,
  FACTS,
  instead,
  noes,
  overrideOf,
  plus,
  RULES,
  verdictOf,
  without,
  withRules,
} from "../../support/gates";

const verdict = (gate: string, change: Partial<Verdict> = {}): Verdict => ({
  gate,
  pass: true,
  reason: "fine",
  evidence: [],
  next: "",
  override: null,
  ...change,
});
const [yes, no, over] = [
  verdict("tests"),
  verdict("soak", { pass: false, reason: "expected 24h,\nfound 1h", next: "wait until noon" }),
  verdict("scan", { pass: false, reason: "old", next: "scan", override: "sha256:1" }),
];

test("the table has one row for each gate, and the next step below each no", () => {
  expect(describeVerdicts([yes, no, over]).split("\n")).toEqual([
    "yes         tests  fine",
    "no          soak   expected 24h,",
    "                   found 1h",
    "                   next: wait until noon",
    "overridden  scan   old",
  ]);
  expect(describeVerdicts([])).toBe("");
});

test("the summary is one line", () => {
  expect(summary([yes, no, over, verdict("load", { pass: false, next: "x" })])).toBe(
    "2 of 4 gates say no: soak, load; overridden: scan",
  );
  expect(summary([yes, no])).toBe("1 of 2 gates says no: soak");
  expect(summary([yes, over])).toBe("1 of 2 gates say yes; overridden: scan");
  expect(summary([yes])).toBe("1 gate says yes");
  expect(summary([yes, yes])).toBe("2 gates say yes");
});

describe("freeze windows", () => {
  const freeze = (when: Freeze["when"]): Freeze => ({
    name: "quiet",
    reason: "few people",
    when,
    approvals: { count: 1, of: ["mia"] },
  });
  const frozen = (when: Freeze["when"], now = FACTS.now): boolean =>
    evaluate(withRules({ ...FACTS, now }, { freezes: [freeze(when)] })).some(
      ({ gate }) => gate === "freeze quiet",
    );
  // 2026-06-10, noon, is a Wednesday.
  test.each([
    [{ from: "2026-06-10T12:00:00Z", until: "2026-06-11T00:00:00Z" }, true],
    [{ from: "2026-06-01T00:00:00Z", until: "2026-06-10T12:00:00Z" }, false],
    [{ from: "2026-06-11T00:00:00Z", until: "2026-06-12T00:00:00Z" }, false],
    [{ from: "never", until: "2026-06-12T00:00:00Z" }, true],
    [{ days: ["wed" as const], from: "00:00", until: "24:00" }, true],
    [{ days: ["tue" as const], from: "00:00", until: "24:00" }, false],
    [{ days: ["wed" as const], from: "12:00", until: "13:00" }, true],
    [{ days: ["wed" as const], from: "11:00", until: "12:00" }, false],
    [{ days: ["tue" as const], from: "18:00", until: "12:30" }, true],
    [{ days: ["tue" as const], from: "18:00", until: "12:00" }, false],
    [{ days: ["sun" as const], from: "soon", until: "24:00" }, true],
  ])("%j is open on Wednesday noon: %s", (when, open) => expect(frozen(when)).toBe(open));

  const all = withRules(FACTS, { freezes: [freeze({ days: ["wed"], from: "00:00", until: "24:00" })] });
  test("inside one its own approvals are needed, bound like all others", () => {
    expect(noes(all)).toEqual(["freeze quiet"]);
    expect(verdictOf(all, "freeze quiet").next).toContain("Have mia run: waybill approve prod");
    expect(noes(plus(all, approvedBy("mia", { freeze: "quiet" })))).toEqual([]);
    expect(noes(plus(all, approvedBy("mia", { freeze: "quiet", config: RULES.hash })))).toEqual([
      "freeze quiet",
    ]);
    expect(mayEnter(evaluate(plus(all, claimOf("override", overrideOf(["freeze quiet"]), "mia"))))).toBe(
      true,
    );
  });
  test("they hold back a change of settings as well", () => {
    expect(mayEnter(evaluateConfig(all))).toBe(false);
    expect(mayEnter(evaluateConfig(plus(all, approvedBy("mia", { freeze: "quiet" }))))).toBe(true);
  });
});

describe("a change of settings alone", () => {
  const names = (facts: Facts) => evaluateConfig(facts).map(({ gate }) => gate);
  test("has its own gates, and block", () => {
    expect(names(FACTS)).toEqual(["block", "approvals"]);
    expect(mayEnter(evaluateConfig(without(FACTS, "vulns")))).toBe(true);
    expect(mayEnter(evaluateConfig(without(FACTS, "approval")))).toBe(false);
    expect(mayEnter(evaluateConfig(instead(FACTS, "approval", approvedBy("carol"))))).toBe(true);
  });
});
