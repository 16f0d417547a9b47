import type { Claim, Predicates } from "@waybill/core/evidence";
import type { Facts } from "@waybill/core/gates";
import {
  ago,
  at,
  claimOf,
  DAY,
  deployed,
  ENTERED,
  FACTS,
  historyOf,
  HOUR,
  IMAGE,
  imageOf,
  instead,
  loadOf,
  MINUTE,
  person,
  plus,
  STAGING,
  stamp,
  verdictOf,
  withGate,
  withRules,
} from "../../support/gates";

const untimed = { time: undefined };

describe("review", () => {
  const review = (
    result: "passed" | "failed",
    by: string,
    time: Date | undefined = ago(HOUR),
    what = "security",
  ) => claimOf("review", { what, result, reason: `${by} ${String(time)}` }, by, { time });
  const asked = (...reviews: readonly Claim[]) =>
    verdictOf(withGate(instead(FACTS, "review", ...reviews), "review", { of: ["sam", "mia"] }), "sign-off");
  test("one person suffices, unless another one says no", () => {
    expect(asked(review("passed", "sam")).reason).toBe(
      "security review passed by sam on 2026-06-10T11:00:00Z",
    );
    expect(asked(review("passed", "sam"), review("failed", "mia")).pass).toBe(false);
    expect(asked(review("passed", "sam"), review("failed", "alice")).pass).toBe(true);
  });
  test("the newest of each person counts", () => {
    expect(asked(review("failed", "sam", ago(2 * HOUR)), review("passed", "sam")).pass).toBe(true);
    expect(asked(review("passed", "sam", ago(2 * HOUR)), review("failed", "sam")).pass).toBe(false);
  });
  test("another kind of review, too old, without time, or by a bot", () => {
    expect(asked(review("passed", "sam", ago(HOUR), "dependencies")).pass).toBe(false);
    expect(asked(review("passed", "sam", ago(8 * DAY))).pass).toBe(false);
    expect(asked(claimOf("review", { what: "security", result: "passed" }, "sam", untimed)).reason).toContain(
      "no trusted time",
    );
    const bots = withGate(instead(FACTS, "review", review("passed", "robo")), "review", { of: ["robo"] });
    expect(verdictOf(bots, "sign-off").reason).toContain("found a bot");
  });
});

describe("load", () => {
  const asked = (change: Partial<Predicates["load"]>, time: Date | undefined = ago(HOUR)) =>
    verdictOf(instead(FACTS, "load", claimOf("load", loadOf(change), "load-lab", { time })), "load");
  test("a yes gives what was measured", () =>
    expect(asked({}).reason).toBe(
      "20000 requests by k6, 0.05 % failed, p95 120 ms, on 2026-06-10T11:00:00Z",
    ));
  test.each([
    ["too many failed", { failed: 201 }, "at most 1 % failed, found 1.005 % (201 of 20000)"],
    ["too few requests", { requests: 999, failed: 0 }, "at least 1000 requests, found 999"],
    ["too slow", { latency: { p95: 301 } }, "p95 of at most 300 ms, found 301 ms"],
    [
      "a percentile that was not measured",
      { latency: { p50: 1 } },
      "p95 of at most 300 ms, found none measured",
    ],
    ["more failed than sent", { failed: 20_001 }, "found 20001"],
    ["an end before its start", { startedOn: stamp(ago(2 * HOUR)) }, "ends after it began"],
    ["a run of long ago", { startedOn: stamp(ago(40 * DAY)), finishedOn: stamp(ago(40 * DAY)) }, "40d old"],
  ])("%s", (_, change, reason) => {
    expect(asked(change)).toMatchObject({ pass: false });
    expect(asked(change).reason).toContain(reason);
  });
  test("the newest run counts", () => {
    const late = claimOf("load", loadOf({ failed: 5000 }), "load-lab", { time: ago(MINUTE) });
    expect(verdictOf(plus(FACTS, late), "load").pass).toBe(false);
  });
});

describe("compatibility", () => {
  const declare = (rollback: "safe" | "unsafe", sideBySide: boolean, time = ago(HOUR)) =>
    claimOf(
      "compatibility",
      { rollback, sideBySide, changes: [{ kind: "schema", summary: "drops a column" }] },
      "ci",
      { time },
    );
  const asked = (...claims: readonly Claim[]) =>
    verdictOf(instead(FACTS, "compatibility", ...claims), "compatibility");
  test("what the gate asks must be declared", () => {
    expect(asked(declare("safe", true)).pass).toBe(true);
    expect(asked(declare("unsafe", true)).reason).toBe(
      "expected that rollback is safe, found unsafe (schema: drops a column)",
    );
    expect(asked(declare("safe", false)).pass).toBe(false);
    const lenient = withGate(instead(FACTS, "compatibility", declare("unsafe", false)), "compatibility", {
      rollbackSafe: false,
      sideBySide: false,
    });
    expect(verdictOf(lenient, "compatibility").pass).toBe(true);
  });
  test("the newest declaration counts", () =>
    expect(asked(declare("safe", true, ago(2 * HOUR)), declare("unsafe", true)).pass).toBe(false));
});

describe("order", () => {
  const other = imageOf("v3");
  const moved = historyOf(STAGING, ENTERED, deployed(STAGING, other, ago(HOUR), { number: 1 }));
  const order = (change: Partial<Facts>) => verdictOf({ ...FACTS, ...change }, "order");
  test("P2: any digest of the history where it is pinned, else only the one that runs", () => {
    const upstream = [{ stack: "staging", history: moved }];
    expect(order({ upstream, pinned: true }).pass).toBe(true);
    expect(order({ upstream, pinned: false })).toMatchObject({
      pass: false,
      next: `waybill promote prod --digest ${IMAGE.digest} --service hello`,
    });
    expect(order({ pinned: false }).pass).toBe(true);
  });
  test("what was removed runs no more", () => {
    const removed = historyOf(
      STAGING,
      ENTERED,
      deployed(STAGING, IMAGE, ago(HOUR), { number: 1, kind: "removed" }),
    );
    const upstream = [{ stack: "staging", history: removed }];
    expect(order({ upstream, pinned: false }).reason).toContain("found that it runs nothing");
    expect(order({ upstream, pinned: true }).pass).toBe(true);
  });
  test("a record of its removal alone is no deployment", () => {
    const removed = historyOf(STAGING, deployed(STAGING, IMAGE, ago(HOUR), { kind: "removed" }));
    expect(order({ upstream: [{ stack: "staging", history: removed }] }).pass).toBe(false);
  });
  test("P12: every target of the environment before", () => {
    const [eu, us] = [at("staging", "eu"), at("staging", "us")];
    const one = { stack: "staging-eu", history: historyOf(eu, deployed(eu, IMAGE, ago(2 * DAY))) };
    expect(order({ upstream: [one, { stack: "staging-us", history: historyOf(us) }] })).toMatchObject({
      pass: false,
      reason: `expected ${IMAGE.digest} in the signed history of staging/us, found nothing deployed there yet`,
      next: "pulumi up --stack staging-us",
    });
    const both = [one, { stack: "staging-us", history: historyOf(us, deployed(us, IMAGE, ago(2 * DAY))) }];
    expect(order({ upstream: both }).evidence).toHaveLength(2);
  });
  test("B1: what was built from uncommitted files, here or as recorded", () => {
    const dirty = { ...IMAGE, dirty: true };
    expect(order({ image: dirty }).pass).toBe(false);
    expect(
      order({
        upstream: [{ stack: "staging", history: historyOf(STAGING, deployed(STAGING, dirty, ago(DAY))) }],
      }).pass,
    ).toBe(false);
  });
  test("the environment before is not this one", () => {
    const place = at("prod");
    const upstream = [{ stack: "prod", history: historyOf(place, deployed(place, IMAGE, ago(DAY))) }];
    expect(order({ upstream }).pass).toBe(false);
  });
  test("the first environment has none before it", () => expect(order({ upstream: [] }).pass).toBe(true));
});

test("proof: the three points of the provenance are asked, and a repository that is none is a no", () => {
  const provenance = {
    builders: ["https://ci.example.com"],
    repositories: ["https://github.com/acme/hello"],
    branches: ["refs/heads/release"],
  };
  const verdict = verdictOf(withRules(FACTS, { provenance }), "proof");
  expect(verdict.reason).toContain("expected refs/heads/release");
  expect(verdict.pass).toBe(false);
  const image = { ...IMAGE, repository: "not a repository" };
  expect(verdictOf({ ...FACTS, image }, "proof").pass).toBe(false);
});

test("a signer whom several people share is whom its address names, or nobody", () => {
  const people = [person("alice", { signers: ["team"] }), person("bob", { signers: ["team"] })];
  const facts = withGate(withRules(FACTS, { people }), "review", { of: ["alice"] });
  const signed = (identity: string) =>
    verdictOf(
      instead(
        facts,
        "review",
        claimOf("review", { what: "security", result: "passed" }, "team", { identity }),
      ),
      "sign-off",
    ).pass;
  expect(signed("Alice@example.com")).toBe(true);
  expect(signed("bob@example.com")).toBe(false);
  expect(signed("sha256:key")).toBe(false);
});
