import type { Freeze } from "@waybill/core/promotion";
import { evaluate, type Facts } from "@waybill/core/gates";
import {
  ago,
  approvedBy,
  DAY,
  FACTS,
  HOUR,
  IMAGE,
  instead,
  MINUTE,
  RULES,
  verdictOf,
  withRules,
} from "../../support/gates";

const NAME = "freeze quiet";

/** Alice may say yes to the image, and to what enters while few people are there. */
const inside = (when: Freeze["when"], ...approvals: Parameters<typeof approvedBy>[]): Facts =>
  instead(
    withRules(FACTS, {
      gates: RULES.gates.map((gate) => (gate.kind === "approvals" ? { ...gate, count: 1 } : gate)),
      freezes: [{ name: "quiet", reason: "few people", when, approvals: { count: 1, of: ["alice"] } }],
    }),
    "approval",
    ...approvals.map((one) => approvedBy(...one)),
  );
const noes = (facts: Facts): readonly string[] =>
  evaluate(facts)
    .filter(({ pass }) => !pass)
    .map(({ gate }) => gate);
// It is Wednesday noon.
const wednesdays: Freeze["when"] = { days: ["wed"], from: "00:00", until: "24:00" };

test("an approval that does not name the freeze lets nothing in during it", () => {
  const facts = inside(wednesdays, ["alice"]);
  expect(noes(facts)).toEqual([NAME]);
  expect(verdictOf(facts, NAME).reason).toContain("alice (does not name the freeze quiet)");
  expect(verdictOf(facts, NAME).next).toBe(
    `Have alice run: waybill approve prod --digest ${IMAGE.digest} --service hello --freeze quiet --signer REF`,
  );
});

test("one that names it is for both", () => {
  expect(noes(inside(wednesdays, ["alice", { freeze: "quiet" }]))).toEqual([]);
  expect(noes(inside(wednesdays, ["alice"], ["alice", { freeze: "quiet" }]))).toEqual([]);
});

test("one that names another freeze is not for this one", () => {
  const facts = inside(wednesdays, ["alice", { freeze: "year-end" }]);
  expect(noes(facts)).toEqual([NAME]);
  expect(verdictOf(facts, NAME).reason).toContain("alice (given for the freeze year-end)");
});

describe("it must be given inside the window", () => {
  const given = (when: Freeze["when"], time: Date | undefined): boolean =>
    noes(inside(when, ["alice", { freeze: "quiet" }, { time }])).length === 0;

  test("by its trusted time, where it has one", () => {
    expect(given(wednesdays, ago(12 * HOUR))).toBe(true);
    expect(given(wednesdays, ago(12 * HOUR + MINUTE))).toBe(false);
    expect(given(wednesdays, undefined)).toBe(true);
    const facts = inside(wednesdays, ["alice", { freeze: "quiet" }, { time: ago(DAY) }]);
    expect(verdictOf(facts, NAME).reason).toContain(
      "alice (given before the freeze began on 2026-06-10T00:00:00Z)",
    );
  });

  test("in the window of last week it was for last week", () =>
    expect(given(wednesdays, ago(7 * DAY))).toBe(false));

  test("windows that follow each other without a break are one", () => {
    const days: Freeze["when"] = { days: ["mon", "tue", "wed"], from: "00:00", until: "24:00" };
    expect(given(days, ago(2 * DAY + 12 * HOUR))).toBe(true);
    expect(given(days, ago(2 * DAY + 13 * HOUR))).toBe(false);
    const nights: Freeze["when"] = { days: ["mon", "tue", "wed"], from: "06:00", until: "18:00" };
    expect(given(nights, ago(5 * HOUR))).toBe(true);
    expect(given(nights, ago(DAY))).toBe(false);
  });

  test("of a freeze that is always on, any of these days is inside", () => {
    const always: Freeze["when"] = {
      days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
      from: "00:00",
      until: "24:00",
    };
    expect(given(always, ago(6 * DAY))).toBe(true);
  });

  test("of a single window too", () => {
    const week: Freeze["when"] = { from: "2026-06-08T00:00:00Z", until: "2026-06-15T00:00:00Z" };
    expect(given(week, ago(2 * DAY))).toBe(true);
    expect(given(week, ago(3 * DAY))).toBe(false);
  });

  test("nobody can tell for one whose times cannot be read", () =>
    expect(given({ from: "never", until: "2026-06-15T00:00:00Z" }, ago(HOUR))).toBe(false));
});
