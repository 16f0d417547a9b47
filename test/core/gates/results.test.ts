import type { Claim, Predicates } from "@waybill/core/evidence";
import type { Facts, Verdict } from "@waybill/core/gates";
import {
  ago,
  claimOf,
  DAY,
  FACTS,
  GATES,
  HOUR,
  instead,
  MINUTE,
  plus,
  scanOf,
  stamp,
  testsOf,
  verdictOf,
  withGate,
  withRules,
} from "../../support/gates";

const untimed = { time: undefined };

describe("tests", () => {
  const full = { passed: 40, failed: 0 };
  const smoke = { passed: 3, failed: 0 };
  const run = (
    time: Date | undefined,
    counts: typeof full,
    result: Predicates["test-result"]["result"] = "PASSED",
  ) => claimOf("test-result", testsOf("staging-passed", { full: counts, smoke }, result), "ci", { time });
  const asked = (...runs: readonly Claim[]) => verdictOf(instead(FACTS, "test-result", ...runs), "tests");

  test("a yes names suites and counts", () => {
    const verdict = asked(run(ago(HOUR), full));
    expect(verdict).toMatchObject({
      pass: true,
      reason: "staging-passed: 2 suites (full, smoke), 43 passed, 0 failed",
    });
    expect(verdict.evidence).toHaveLength(1);
  });
  test("the newest run of a suite counts, in both directions", () => {
    const [good, bad] = [full, { passed: 39, failed: 1 }];
    expect(asked(run(ago(2 * HOUR), good), run(ago(HOUR), bad)).pass).toBe(false);
    expect(asked(run(ago(2 * HOUR), bad), run(ago(HOUR), good)).pass).toBe(true);
  });
  test("two runs of the same time must both pass", () =>
    expect(asked(run(ago(HOUR), full), run(ago(HOUR), { passed: 1, failed: 1 })).pass).toBe(false));
  test("without trusted time each one must pass", () => {
    const forever = (...runs: readonly Claim[]) =>
      verdictOf(withGate(instead(FACTS, "test-result", ...runs), "tests", { maxAge: null }), "tests").pass;
    expect(forever(run(undefined, full))).toBe(true);
    expect(forever(run(undefined, full), run(undefined, { passed: 1, failed: 1 }))).toBe(false);
    expect(forever(run(ago(HOUR), full), run(undefined, { passed: 1, failed: 1 }))).toBe(false);
  });
  test("what has no trusted time has no age", () =>
    expect(asked(run(undefined, full)).reason).toContain("found no trusted time on it"));
  test("what is too old is a no that says how old", () =>
    expect(asked(run(ago(8 * DAY), full)).reason).toContain(
      "at most 7d old, found one of 2026-06-02T12:00:00Z, 8d old",
    ));
  test.each(["WARNED", "FAILED"] as const)("%s is a no that names what failed", (result) => {
    const predicate = {
      ...testsOf("staging-passed", { full: { passed: 1, failed: 2 }, smoke }, result),
      failedTests: ["a", "b"],
    };
    const verdict = asked(claimOf("test-result", predicate, "ci"));
    expect(verdict.reason).toContain(`expected PASSED, found ${result} with 2 failed (a, b)`);
  });
  test("a failed run that names no suite speaks of all of them", () => {
    const broken = claimOf("test-result", testsOf("staging-passed", {}, "FAILED"), "ci", {
      time: ago(MINUTE),
    });
    expect(asked(run(ago(HOUR), full), broken).pass).toBe(false);
  });
  test.each([
    ["no test that passed", { passed: 0, failed: 0 }],
    ["a count that is none", { passed: "40", failed: 0 } as never],
    ["no counts", {} as never],
    ["a count below nothing", { passed: 40, failed: -1 }],
    ["half a test", { passed: 0.5, failed: 0 }],
  ])("%s is a no", (_, counts) => expect(asked(run(ago(HOUR), counts)).pass).toBe(false));
  test("a failed run of another suite does not", () => {
    const broken = testsOf("staging-passed", { lint: { passed: 0, failed: 1 } }, "FAILED");
    expect(
      asked(run(ago(HOUR), full), claimOf("test-result", broken, "ci", { time: ago(MINUTE) })).pass,
    ).toBe(true);
  });
  test("what is from the future is a no", () => {
    expect(asked(run(ago(-HOUR), full)).reason).toContain("in the future");
    expect(asked(run(ago(-MINUTE), full)).pass).toBe(true);
  });
  test("a missing suite is named in the next step", () => {
    const verdict = asked(claimOf("test-result", testsOf("staging-passed", { full }), "ci"));
    expect(verdict.reason).toContain("expected a run of suite smoke");
    expect(verdict.next).toMatch(
      /^waybill attest tests ghcr\.io\/acme\/hello@sha256:.* --mark staging-passed --report FILE=smoke --signer REF$/,
    );
  });
  test("by somebody else than the gate names", () =>
    expect(
      asked(claimOf("test-result", testsOf("staging-passed", { full, smoke }), "alice")).reason,
    ).toContain("none that fits, only 1 by other signers"));
});

describe("scan", () => {
  const scanned = (
    findings: Readonly<Record<string, string>>,
    change: Parameters<typeof scanOf>[1] = {},
    time: Date | undefined = ago(HOUR),
  ) => claimOf("vulns", scanOf(findings, change), "scanner", { time });
  const asked = (...scans: readonly Claim[]) => verdictOf(instead(FACTS, "vulns", ...scans), "scan");

  test("a yes gives counts and limits", () =>
    expect(asked(scanned({ a: "low", b: "medium", c: "Medium" })).reason).toBe(
      "0 critical (at most 0), 0 high (at most 0), 2 medium (at most 5), 1 low, 0 unknown; scanned by https://trivy.dev on 2026-06-10T11:00:00Z",
    ));
  test.each(["critical", "HIGH", "9.8", "7.0"])("one %s is too much", (score) => {
    const verdict = asked(scanned({ "CVE-2026-9": score }));
    expect(verdict.pass).toBe(false);
    expect(verdict.reason).toContain("found 1 (CVE-2026-9)");
    expect(verdict.next).toContain("Build an image without these findings");
  });
  test("words that nobody knows count as unknown, and can be limited", () => {
    const facts = instead(FACTS, "vulns", scanned({ a: "terrible", b: "11" }));
    const most = { ...GATES.scan.most, unknown: 1 };
    expect(verdictOf(facts, "scan").reason).toContain("2 unknown");
    expect(verdictOf(withGate(facts, "scan", { most }), "scan").pass).toBe(false);
  });
  test("the worst of several words counts, and a number only where there is no word", () => {
    const severity = (...scores: string[]): Claim => {
      const scan = scanOf();
      const finding = { id: "a", severity: scores.map((score) => ({ method: "m", score })) };
      return claimOf("vulns", { ...scan, scanner: { ...scan.scanner, result: [finding] } }, "scanner");
    };
    expect(asked(severity("low", "critical")).pass).toBe(false);
    expect(asked(severity("low", "9.8")).pass).toBe(true);
    expect(asked(severity()).reason).toContain("1 unknown");
  });
  test("the newest scan counts", () => {
    const [clean, bad] = [{}, { a: "critical" }];
    expect(asked(scanned(clean, {}, ago(100 * MINUTE)), scanned(bad)).pass).toBe(false);
    expect(asked(scanned(bad, {}, ago(100 * MINUTE)), scanned(clean)).pass).toBe(true);
  });
  test("age matters: no trusted time is a no; what was scanned long before it was signed is old", () => {
    expect(asked(claimOf("vulns", scanOf(), "scanner", untimed)).reason).toContain("no trusted time");
    const long = {
      database: stamp(ago(9 * DAY)),
      started: stamp(ago(9 * DAY)),
      finished: stamp(ago(9 * DAY)),
    };
    expect(asked(scanned({}, long)).reason).toContain("9d old");
  });

  describe("a report that names no image", () => {
    const by = { ...scanOf(), waybill_digest: "assumed" as const };
    const told = instead(FACTS, "vulns", claimOf("vulns", by, "scanner", { time: ago(HOUR) }));
    test("is refused where the gate does not allow it, and says so", () =>
      expect(verdictOf(told, "scan")).toMatchObject({
        pass: false,
        reason: "expected a report that names the image, found one that names none (digest assumed)",
      }));
    test("counts where it does, and says so", () => {
      const allowed = verdictOf(withGate(told, "scan", { assumed: "allowed" }), "scan");
      expect(allowed.pass).toBe(true);
      expect(allowed.reason).toMatch(/scanned by .*, digest assumed$/);
    });
    test("one that names it says nothing of it", () => {
      const named = claimOf("vulns", { ...by, waybill_digest: "named" }, "scanner", { time: ago(HOUR) });
      expect(verdictOf(instead(FACTS, "vulns", named), "scan").reason).not.toContain("assumed");
    });
  });

  describe("exceptions", () => {
    const listed = {
      gate: "scan",
      finding: "CVE-1",
      owner: "o@example.com",
      reason: "not reachable",
      expires: "2026-07-01",
    };
    const exception = {
      finding: "CVE-1",
      service: "hello",
      environment: "prod",
      reason: "not reachable",
      expires: "2026-06-20T00:00:00Z",
    };
    const found = withRules(instead(FACTS, "vulns", scanned({ "CVE-1": "critical" })), {
      exceptions: [listed],
    });
    const excepted = (change: object = {}, by = "sam", facts: Facts = found): Verdict =>
      verdictOf(plus(facts, claimOf("exception", { ...exception, ...change }, by)), "scan");
    test("listed and signed takes the finding out, and is named", () => {
      expect(excepted()).toMatchObject({ pass: true });
      expect(excepted().reason).toContain(
        "excepted: CVE-1 (owner o@example.com, signed by sam, until 2026-06-20T00:00:00Z)",
      );
      expect(excepted().evidence).toHaveLength(2);
    });
    test.each([
      ["expired", { expires: "2026-06-10T12:00:00Z" }, "sam"],
      ["for another finding", { finding: "CVE-2" }, "sam"],
      ["for another service", { service: "other" }, "sam"],
      ["for another environment", { environment: "staging" }, "sam"],
      ["by somebody else", {}, "alice"],
    ])("%s it does not", (_, change, by) => expect(excepted(change, by).pass).toBe(false));
    test("signed by a bot it does not", () => {
      const named = withGate(found, "scan", { exceptionsBy: ["sam", "robo"] });
      expect(excepted({}, "sam", named).pass).toBe(true);
      expect(excepted({}, "robo", named).pass).toBe(false);
    });
    test.each([
      ["not listed", []],
      ["listed for another gate", [{ ...listed, gate: "other" }]],
      ["listed until yesterday", [{ ...listed, expires: "2026-06-09" }]],
      ["listed until no date", [{ ...listed, expires: "soon" }]],
    ])("%s it does not", (_, exceptions) =>
      expect(excepted({}, "sam", withRules(found, { exceptions })).pass).toBe(false),
    );
  });
});
