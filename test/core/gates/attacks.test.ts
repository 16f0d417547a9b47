import { evaluate, mayEnter, type Facts } from "@waybill/core/gates";
import { EvidenceError, type Claim } from "@waybill/core/evidence";
import { PREDICATE_TYPES } from "@waybill/core/trust";
import {
  ago,
  approvedBy,
  claimOf,
  DAY,
  deployed,
  FACTS,
  hashOf,
  historyOf,
  HOUR,
  IMAGE,
  imageOf,
  incidentsOf,
  inFuture,
  instead,
  MINUTE,
  noes,
  OLD,
  overrideOf,
  plus,
  RULES,
  scanOf,
  STAGING,
  stamp,
  testsOf,
  verdictOf,
  withClaims,
  without,
  withRules,
} from "../../support/gates";

const staging = (...deployments: Parameters<typeof historyOf>[1][]): Facts["upstream"] => [
  { stack: "staging", history: historyOf(STAGING, ...deployments) },
];
const withApprovals = (...approvals: readonly Claim[]): Facts => instead(FACTS, "approval", ...approvals);
const approvals = (facts: Facts) => verdictOf(facts, "approvals");

test("with all evidence there, every gate says yes", () => {
  expect(noes(FACTS)).toEqual([]);
  expect(mayEnter(evaluate(FACTS))).toBe(true);
  expect(evaluate(FACTS).map(({ gate }) => gate)).toEqual([
    ...["block", "proof", "order"],
    ...["tests", "scan", "sign-off", "soak", "approvals", "load", "compatibility"],
  ]);
});

test("PRO-001: an image that the state alone names is in no signed history, and has no evidence", () => {
  const edited = imageOf("edited");
  const facts: Facts = {
    ...withClaims(FACTS, []),
    image: edited,
    report: { ...FACTS.report, claims: [], question: { ...FACTS.report.question, digest: hashOf("edited") } },
  };
  expect(noes(facts)).toEqual(
    evaluate(facts)
      .map(({ gate }) => gate)
      .filter((gate) => gate !== "block"),
  );
  expect(verdictOf(facts, "order").reason).toContain(
    `expected ${edited.digest} in the signed history of staging`,
  );
});

test.each(["commit", "author", "repository"] as const)(
  "PRO-001: a state with another %s than what was signed",
  (field) => {
    const facts = { ...FACTS, image: { ...IMAGE, [field]: "edited" } };
    expect(verdictOf(withRules(facts, { repository: null }), "order")).toMatchObject({
      pass: false,
      reason: expect.stringContaining(`expected the ${field} that staging recorded`) as string,
    });
  },
);

test("PRO-004: evidence about an older digest counts for nothing", () => {
  const facts = {
    ...FACTS,
    report: { ...FACTS.report, question: { ...FACTS.report.question, digest: hashOf("v1") } },
  };
  expect(mayEnter(evaluate(facts))).toBe(false);
  expect(noes(facts)).toEqual(expect.arrayContaining(["block", "proof", "tests", "scan", "approvals"]));
  expect(verdictOf(facts, "block").reason).toBe(
    `expected evidence about ${IMAGE.digest}, found evidence about ${hashOf("v1")}`,
  );
});

test.each([
  ["service", { service: "other" }],
  ["environment", { environment: "staging" }],
])("PRO-005: rules of another %s let nothing in, under any override", (_, change) => {
  const facts = plus(withRules(FACTS, change), claimOf("override", overrideOf(["proof", "tests"]), "mia"));
  expect(verdictOf(facts, "block")).toMatchObject({ pass: false, override: null });
  expect(mayEnter(evaluate(facts))).toBe(false);
});

describe("PRO-005: evidence for another place", () => {
  test("an approval of another environment or service", () => {
    for (const change of [{ environment: "staging" }, { service: "other" }]) {
      expect(approvals(withApprovals(approvedBy("alice", change), approvedBy("bob", change)))).toMatchObject({
        pass: false,
        evidence: [],
      });
    }
  });
  test("a report for another environment", () => {
    const question = { ...FACTS.report.question, environment: "staging" };
    expect(noes({ ...FACTS, report: { ...FACTS.report, question } })).toContain("tests");
  });
  test("incident reports about another service or environment", () => {
    for (const change of [{ environment: "prod" }, { service: "other" }]) {
      const report = claimOf("incidents", incidentsOf(ago(3 * DAY), ago(HOUR), [], change), "pager");
      expect(verdictOf(instead(FACTS, "incidents", report), "soak").pass).toBe(false);
    }
  });
  test("a deployment of another service or environment in the history", () => {
    for (const change of [{ environment: "dev" }, { service: "other" }, { target: "eu" }]) {
      const upstream = staging(deployed(STAGING, IMAGE, ago(2 * DAY), change));
      expect(noes({ ...FACTS, upstream })).toContain("order");
    }
  });
  test("a whole history of another service", () => {
    const place = { ...STAGING, service: "other" };
    const history = historyOf(place, deployed(place, IMAGE, ago(2 * DAY)));
    expect(noes({ ...FACTS, upstream: [{ stack: "other-staging", history }] })).toContain("order");
  });
});

test("PRO-015: an image of another repository", () => {
  const elsewhere = { ...IMAGE, repository: "ghcr.io/mallory/hello" };
  const upstream = staging(deployed(STAGING, elsewhere, ago(2 * DAY)));
  expect(verdictOf({ ...FACTS, image: elsewhere, upstream }, "order")).toMatchObject({
    pass: false,
    reason: "expected an image of ghcr.io/acme/hello, found one of ghcr.io/mallory/hello",
  });
  expect(noes(withRules({ ...FACTS, image: elsewhere }, { repository: null }))).toContain("order");
});

test("PRO-021: a soak that begins in the future has not begun", () => {
  const facts = { ...FACTS, upstream: staging(deployed(STAGING, IMAGE, ago(-HOUR))) };
  expect(verdictOf(facts, "soak").reason).toContain("in the future");
});

describe("PRO-022: a soak that was broken off begins anew", () => {
  const soakOf = (...entries: Parameters<typeof staging>) =>
    verdictOf({ ...FACTS, upstream: staging(...entries) }, "soak");
  const first = deployed(STAGING, IMAGE, ago(3 * DAY));
  const again = deployed(STAGING, IMAGE, ago(HOUR), { number: 2 });
  test("by another digest in between", () => {
    const verdict = soakOf(first, deployed(STAGING, OLD, ago(2 * HOUR), { number: 1 }), again);
    expect(verdict).toMatchObject({ pass: false, next: `wait until 2026-06-11T11:00:00Z` });
  });
  test("by a removal in between", () =>
    expect(
      soakOf(first, deployed(STAGING, IMAGE, ago(2 * HOUR), { number: 1, kind: "removed" }), again).pass,
    ).toBe(false));
  test("and is over when it was removed", () =>
    expect(
      soakOf(first, deployed(STAGING, IMAGE, ago(HOUR), { number: 1, kind: "removed" })).reason,
    ).toContain("found that it runs nothing"));
  test.each(["configured", "rebuilt"] as const)("but not when it was %s", (kind) =>
    expect(soakOf(first, deployed(STAGING, IMAGE, ago(HOUR), { number: 1, kind })).pass).toBe(true),
  );
});

test("PRO-024: what was revoked is missing, and the answer says so", () => {
  const problem = { about: "it", expected: "evidence that still counts", found: "revoked", next: "" };
  const refused = [
    { source: "it", predicateType: PREDICATE_TYPES.vulns, error: new EvidenceError("revoked", problem) },
  ];
  const facts = { ...without(FACTS, "vulns"), report: { ...without(FACTS, "vulns").report, refused } };
  expect(verdictOf(facts, "scan")).toMatchObject({ pass: false });
  expect(verdictOf(facts, "scan").reason).toContain("none that counts: revoked");
});

test("PRO-028: a blocked digest does not enter, under any override", () => {
  const block = { reason: "backdoor", by: "sam", at: ago(MINUTE) };
  const gates = ["block", "proof", "order", ...RULES.gates.map(({ name }) => name)];
  const facts = plus(
    { ...FACTS, report: { ...FACTS.report, blocks: [block] } },
    claimOf("override", overrideOf(gates), "mia"),
  );
  expect(verdictOf(facts, "block")).toMatchObject({ pass: false, override: null });
  expect(mayEnter(evaluate(facts))).toBe(false);
});

describe("PRO-032: a scan that failed or cannot be true", () => {
  const scanned = (...parts: Parameters<typeof scanOf>) =>
    verdictOf(instead(FACTS, "vulns", claimOf("vulns", scanOf(...parts), "scanner")), "scan");
  test("the control passes", () => expect(scanned({}).pass).toBe(true));
  test("it ended before it began", () =>
    expect(scanned({}, { started: stamp(ago(HOUR)), finished: stamp(ago(2 * HOUR)) }).pass).toBe(false));
  test("it ended after it was signed", () =>
    expect(scanned({}, { finished: stamp(ago(30 * MINUTE)) }).pass).toBe(false));
  test("its database is from the future", () =>
    expect(scanned({}, { database: inFuture(DAY) }).pass).toBe(false));
  test("its database was old", () => expect(scanned({}, { database: stamp(ago(5 * DAY)) }).pass).toBe(false));
  test("it is another type of evidence", () => {
    const other = { ...claimOf("vulns", scanOf(), "scanner"), predicateType: PREDICATE_TYPES["test-result"] };
    const facts = instead(FACTS, "vulns", { ...other, predicate: testsOf("scan", {}) });
    expect(verdictOf(facts, "scan").pass).toBe(false);
  });
});

describe("PRO-033: another mark relabelled", () => {
  const runs = { full: { passed: 40, failed: 0 }, smoke: { passed: 3, failed: 0 } };
  test("the mark is what was signed, not where it came from", () => {
    const dev = { ...claimOf("test-result", testsOf("dev-passed", runs), "ci"), source: "staging-passed" };
    expect(verdictOf(instead(FACTS, "test-result", dev), "tests").pass).toBe(false);
  });
  test("a suite of that name is no mark", () => {
    const predicate = testsOf("dev-passed", { ...runs, "staging-passed": { passed: 1, failed: 0 } });
    expect(
      verdictOf(instead(FACTS, "test-result", claimOf("test-result", predicate, "ci")), "tests").pass,
    ).toBe(false);
  });
  test("an approval relabelled as a review is none", () => {
    const facts = instead(FACTS, "review", approvedBy("sam"));
    expect(verdictOf(facts, "sign-off").pass).toBe(false);
  });
});

test.each([
  ["signature", "proof"],
  ["provenance", "proof"],
  ["test-result", "tests"],
  ["vulns", "scan"],
  ["review", "sign-off"],
  ["incidents", "soak"],
  ["approval", "approvals"],
  ["load", "load"],
  ["compatibility", "compatibility"],
] as const)("PRO-034: without %s, %s says no, and nothing else does", (type, gate) => {
  const facts = without(FACTS, type);
  expect(noes(facts)).toEqual([gate]);
  expect(verdictOf(facts, gate).next).not.toBe("");
  expect(mayEnter(evaluate(facts))).toBe(false);
});

describe("PRO-036: break-glass", () => {
  const broken = without(FACTS, "vulns");
  const enters = (...claims: readonly Claim[]) => mayEnter(evaluate(plus(broken, ...claims)));
  const glass = overrideOf(["scan"]);
  test("the signed, current, named one lets it in, and shows", () => {
    const claim = claimOf("override", glass, "mia");
    const verdict = verdictOf(plus(broken, claim), "scan");
    expect(enters(claim)).toBe(true);
    expect(verdict).toMatchObject({ pass: false, override: claim.id });
    expect(verdict.reason).toContain(
      "passed over by mia until 2026-06-10T13:00:00Z: prod is down (INC-7, owner mia@example.com)",
    );
  });
  test.each([
    ["left on after its end", overrideOf(["scan"], { expires: stamp(ago(MINUTE)) }), "mia"],
    ["ending this very moment", overrideOf(["scan"], { expires: stamp(ago(0)) }), "mia"],
    ["for another environment", overrideOf(["scan"], { environment: "staging" }), "mia"],
    ["for another service", overrideOf(["scan"], { service: "other" }), "mia"],
    ["for another gate", overrideOf(["soak"]), "mia"],
    ["by somebody who may not", glass, "alice"],
    ["by nobody who is listed", glass, "stranger"],
  ])("%s does nothing", (_, predicate, by) => expect(enters(claimOf("override", predicate, by))).toBe(false));
  test("a bot breaks no glass", () =>
    expect(
      mayEnter(
        evaluate(withRules(plus(broken, claimOf("override", glass, "robo")), { overrides: ["robo"] })),
      ),
    ).toBe(false));
});
