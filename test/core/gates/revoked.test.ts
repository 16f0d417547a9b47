import type { DeploymentEntry } from "@waybill/core/history";
import type { Facts, Verdict } from "@waybill/core/gates";
import {
  ago,
  approvedBy,
  DAY,
  deployed,
  ENTERED,
  FACTS,
  historyOf,
  HOUR,
  IMAGE,
  instead,
  OLD,
  STAGING,
  verdictOf,
  withGate,
} from "../../support/gates";

const revoked = (entry: DeploymentEntry): DeploymentEntry => ({
  ...entry,
  revoked: 'revoked: "a lie" (sam)',
});
const after = (...entries: readonly DeploymentEntry[]): Facts => ({
  ...FACTS,
  upstream: [{ stack: "staging", history: historyOf(STAGING, ...entries) }],
});
const again = (days: number): DeploymentEntry =>
  deployed(STAGING, IMAGE, ago(days * DAY), { number: 1, previous: ENTERED.id, kind: "configured" });

describe("PRO-003: a revoked record proves nothing", () => {
  test("it was not there by it", () => {
    const facts = after(revoked(ENTERED));
    expect(verdictOf(facts, "order")).toMatchObject({ pass: false, evidence: [] });
    expect(verdictOf(facts, "order").reason).toContain(
      `expected ${IMAGE.digest} in the signed history of staging, found that its record was revoked: "a lie" (sam)`,
    );
  });

  test("another record of it still does", () => {
    expect(verdictOf(after(revoked(ENTERED), again(1)), "order")).toMatchObject({
      pass: true,
      evidence: [again(1).id],
    });
    expect(verdictOf(after(ENTERED, revoked(again(1))), "order").evidence).toEqual([ENTERED.id]);
  });

  test("without a pin it does not run there either", () => {
    const facts = { ...after(ENTERED, revoked(again(1))), pinned: false };
    expect(verdictOf(facts, "order").reason).toContain(
      `as it is not pinned, found that its record of ${IMAGE.digest} was revoked`,
    );
    expect(verdictOf({ ...after(revoked(ENTERED), again(1)), pinned: false }, "order").pass).toBe(true);
  });
});

describe("PRO-022: a revoked record breaks soak", () => {
  const soak = (...entries: readonly DeploymentEntry[]): Verdict =>
    verdictOf(withGate(after(...entries), "soak", { incidents: null }), "soak");

  test("the first one: soak begins with the next", () =>
    expect(soak(revoked(ENTERED), again(1.5)).reason).toContain("36h in staging"));
  test("the last one: it does not soak", () => {
    expect(soak(ENTERED, revoked(again(1))).reason).toBe(
      `expected staging to run ${IMAGE.digest}, found that its record of ${IMAGE.digest} was revoked: "a lie" (sam)`,
    );
  });
  test("one between: soak begins anew behind it", () => {
    const last = deployed(STAGING, IMAGE, ago(HOUR), { number: 2, previous: again(1).id });
    expect(soak(ENTERED, revoked(again(1)), last)).toMatchObject({ pass: false, evidence: [last.id] });
  });
  test("also one of another image, which nobody believes ran", () =>
    expect(soak(ENTERED, revoked(deployed(STAGING, OLD, ago(DAY), { number: 1 }))).pass).toBe(false));
});

test("PRO-007: an approval that rests on a record counts no longer when that is revoked", () => {
  const resting = (facts: Facts): Facts =>
    instead(facts, "approval", approvedBy("alice", { evidence: [ENTERED.id] }), approvedBy("bob"));
  expect(verdictOf(resting(after(ENTERED, again(1))), "approvals").pass).toBe(true);
  expect(verdictOf(resting(after(revoked(ENTERED), again(1))), "approvals").reason).toContain(
    "alice (rests on evidence that no longer counts",
  );
});

test("a revoked head still is where the chain goes on", () => {
  const [head] = FACTS.own.deployments;
  if (!head) throw new Error("no head");
  const own = historyOf(FACTS.own.place, revoked(head));
  expect(verdictOf({ ...FACTS, own }, "approvals").pass).toBe(true);
});
