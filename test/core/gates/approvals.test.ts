import { type Facts } from "@waybill/core/gates";
import { type Claim } from "@waybill/core/evidence";

import {
  ago,
  approvedBy,
  at,
  DAY,
  deployed,
  ENTERED,
  FACTS,
  hashOf,
  historyOf,
  HOUR,
  IMAGE,
  instead,
  OLD,
  person,
  RULES,
  STAGING,
  stamp,
  verdictOf,
  withRules,
} from "../../support/gates";

const staging = (...deployments: Parameters<typeof historyOf>[1][]): Facts["upstream"] => [
  { stack: "staging", history: historyOf(STAGING, ...deployments) },
];
const withApprovals = (...approvals: readonly Claim[]): Facts => instead(FACTS, "approval", ...approvals);
const approvals = (facts: Facts) => verdictOf(facts, "approvals");

test("PRO-006: an approval is used up by the deployment that follows, a rollback too", () => {
  const place = at("prod");
  const head = FACTS.own.head ? [FACTS.own.head] : [];
  const entered = deployed(place, IMAGE, ago(2 * HOUR), { number: 1 });
  const back = deployed(place, OLD, ago(HOUR), { number: 2, kind: "rolled-back" });
  const facts = { ...FACTS, own: historyOf(place, ...head, entered, back) };
  expect(approvals(facts)).toMatchObject({ pass: false, evidence: [] });
  expect(approvals(facts).reason).toContain("given before the last deployment there");
});

test("PRO-006: an approval that has expired", () => {
  const facts = withApprovals(approvedBy("alice"), approvedBy("bob", { expires: stamp(ago(0)) }));
  expect(approvals(facts).pass).toBe(false);
  expect(approvals(facts).reason).toContain("bob (expired on 2026-06-10T12:00:00Z)");
});

test("PRO-006: an approval for the very first deployment does not count for a later one", () => {
  const first = withApprovals(
    approvedBy("alice", { after: { "": null } }),
    approvedBy("bob", { after: { "": null } }),
  );
  expect(approvals(first).pass).toBe(false);
  expect(approvals({ ...first, own: historyOf(at("prod")) }).pass).toBe(true);
});

test("PRO-006: an approval that names another target does not count for this one", () => {
  const after = { eu: FACTS.own.head?.id ?? null };
  const facts = withApprovals(approvedBy("alice", { after }), approvedBy("bob", { after }));
  expect(approvals(facts).pass).toBe(false);
  const place = at("prod", "eu");
  expect(approvals({ ...facts, place }).pass).toBe(true);
});

test("PRO-007: settings, rules or evidence changed after the approval", () => {
  expect(approvals({ ...FACTS, config: hashOf("other") }).reason).toContain("given for other settings");
  expect(approvals(withRules(FACTS, { hash: hashOf("other rules") })).reason).toContain(
    "given under other rules",
  );
  const evidence = [hashOf("gone")];
  const facts = withApprovals(approvedBy("alice", { evidence }), approvedBy("bob"));
  expect(approvals(facts)).toMatchObject({ pass: false });
  expect(approvals(facts).reason).toContain("rests on evidence that no longer counts");
});

test("an approval may rest on evidence and on records that are there", () => {
  const evidence = [ENTERED.id, ...FACTS.report.claims.slice(0, 3).map(({ id }) => id)];
  expect(approvals(withApprovals(approvedBy("alice", { evidence }), approvedBy("bob"))).pass).toBe(true);
});

describe("PRO-008: the author approves", () => {
  const own = withApprovals(approvedBy("alice"), approvedBy("dave"));
  test("by the listed address, whatever its case", () => {
    for (const author of ["dave@example.com", " Dave@Example.COM"]) {
      const facts = {
        ...own,
        image: { ...IMAGE, author },
        upstream: staging(deployed(STAGING, { ...IMAGE, author }, ago(2 * DAY))),
      };
      expect(approvals(facts)).toMatchObject({ pass: false });
      expect(approvals(facts).reason).toContain("dave (made or asks for this change)");
      expect(approvals(facts).next).toBe(
        `Have bob or carol run: waybill approve prod --digest ${IMAGE.digest} --service hello --signer REF`,
      );
    }
  });
  test("unless the tier allows it", () =>
    expect(
      approvals(withRules(own, { gates: [{ ...RULES.gates[4], author: "allowed" } as never] })).pass,
    ).toBe(true));
  test("who asks for it is no better, by address, name or signer", () => {
    const people = RULES.people.map((one) =>
      one.name === "bob" ? { ...one, signers: ["bob", "bob-hsm"] } : one,
    );
    for (const requester of ["bob@example.com", "Bob", "bob-hsm"]) {
      expect(approvals(withRules({ ...FACTS, requester }, { people })).pass).toBe(false);
    }
    expect(approvals({ ...FACTS, requester: "carol" }).pass).toBe(true);
  });
  test("an author whom nobody knows could be anybody", () => {
    const facts = { ...FACTS, image: { ...IMAGE, author: null } };
    expect(approvals(facts)).toMatchObject({ pass: false });
    expect(approvals(facts).reason).toContain("expected to know the commit's author");
  });
});

describe("PRO-009: the author approves through something else", () => {
  test("a bot never counts, even where it is named", () => {
    const gates = RULES.gates.map((gate) =>
      gate.kind === "approvals" ? { ...gate, of: ["alice", "robo"] } : gate,
    );
    const facts = withRules(withApprovals(approvedBy("alice"), approvedBy("robo")), { gates });
    expect(approvals(facts).pass).toBe(false);
    expect(approvals(facts).reason).toContain("robo (a bot)");
    expect(approvals(facts).next).toContain("Nobody who is named is left");
  });
  test("a second entry with the author's address", () => {
    const people = [...RULES.people, person("zed", { emails: ["DAVE@example.com"] })];
    const gates = RULES.gates.map((gate) =>
      gate.kind === "approvals" ? { ...gate, of: ["alice", "zed"] } : gate,
    );
    expect(
      approvals(withRules(withApprovals(approvedBy("alice"), approvedBy("zed")), { people, gates })).pass,
    ).toBe(false);
  });
  test("a signer whose certificate holds the author's address", () => {
    const facts = withApprovals(approvedBy("alice"), approvedBy("bob", {}, { identity: "dave@example.com" }));
    expect(approvals(facts).pass).toBe(false);
  });
});

test("PRO-010: two keys of one person are one approval", () => {
  const people = RULES.people.map((one) =>
    one.name === "alice" ? { ...one, signers: ["alice", "alice-2"] } : one,
  );
  const facts = withRules(withApprovals(approvedBy("alice"), approvedBy("alice-2", { reason: "again" })), {
    people,
  });
  expect(approvals(facts)).toMatchObject({ pass: false });
  expect(approvals(facts).reason).toBe(
    "expected 2 approvals out of alice, bob, carol, dave, found 1: alice; not counted: alice (counts once)",
  );
});

test("PRO-011: two writings of one address are one person", () => {
  const people = [
    person("alice", { emails: ["alice@example.com"] }),
    person("bob", { emails: [" Alice@Example.com"] }),
  ];
  const facts = withRules(withApprovals(approvedBy("alice"), approvedBy("bob")), { people });
  expect(approvals(facts).pass).toBe(false);
  expect(approvals(facts).reason).toContain("bob (the same person as alice)");
  const signed = withApprovals(
    approvedBy("alice", {}, { identity: "al@corp.example" }),
    approvedBy("bob", {}, { identity: "AL@corp.example" }),
  );
  expect(approvals(signed).pass).toBe(false);
});

test("PRO-012: who has left counts no longer", () => {
  const people = RULES.people.filter(({ name }) => name !== "bob");
  expect(approvals(withRules(FACTS, { people })).reason).toContain(
    "bob-key (nobody whom promotion.yaml lists)",
  );
  const gates = RULES.gates.map((gate) =>
    gate.kind === "approvals" ? { ...gate, of: ["alice", "carol"] } : gate,
  );
  expect(approvals(withRules(FACTS, { gates })).reason).toContain("bob (not among those who may approve)");
  expect(approvals(withRules(FACTS, { gates })).pass).toBe(false);
});
