import fc from "fast-check";
import type { Claim } from "@waybill/core/evidence";
import {
  describeVerdicts,
  evaluate,
  evaluateConfig,
  mayEnter,
  summary,
  usedEvidence,
  type Facts,
} from "@waybill/core/gates";
import {
  ago,
  approvedBy,
  CLAIMS,
  claimOf,
  DAY,
  deployed,
  ENTERED,
  FACTS,
  historyOf,
  IMAGE,
  OLD,
  overrideOf,
  plus,
  RULES,
  STAGING,
  withClaims,
  withRules,
} from "../../support/gates";
import { anyClaim } from "./arbitrary";

const KNOWN = ["ci", "scanner", "load-lab", "pager", "alice", "bob", "carol", "dave", "mia", "sam", "robo"];
const claims = fc.array(anyClaim([...KNOWN, "stranger"]), { maxLength: 12 });
const mixed = fc
  .tuple(fc.subarray([...CLAIMS]), claims)
  .map(([some, others]): readonly Claim[] => [...some, ...others]);

/** Freezes that are open, so that their approvals are asked too. */
const freezes = [
  {
    name: "year-end",
    reason: "few people",
    when: { from: "2026-06-01T00:00:00Z", until: "2026-07-01T00:00:00Z" },
    approvals: { count: 1, of: ["mia"] },
  },
];
const frozen = withRules(plus(FACTS, approvedBy("mia", { freeze: "year-end" })), {
  freezes,
  exceptions: [
    { gate: "scan", finding: "full", owner: "o", reason: "r", expires: "2027-01-01" },
    { gate: "scan", finding: "smoke", owner: "o", reason: "r", expires: "not a date" },
  ],
});
const times = fc.array(fc.integer({ min: -DAY, max: 5 * DAY }), { maxLength: 5 });
const histories = times.map((all) =>
  historyOf(
    STAGING,
    ...all.map((back, number) =>
      deployed(STAGING, back % 3 === 0 ? OLD : IMAGE, back % 2 === 0 ? ago(back) : undefined, {
        number,
        kind: back % 5 === 0 ? "removed" : "promoted",
      }),
    ),
  ),
);
const worlds: fc.Arbitrary<Facts> = fc
  .tuple(mixed, histories, fc.boolean(), fc.option(fc.string(), { nil: undefined }), fc.option(fc.string()))
  .map(([all, history, pinned, requester, author]) => ({
    ...withClaims(frozen, all),
    image: { ...IMAGE, author },
    pinned,
    requester,
    upstream: [{ stack: "staging", history }],
  }));

function frozenDeep<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozenDeep);
  }
  return value;
}

const answers = (facts: Facts): object[] =>
  evaluate(facts).map(({ gate, pass, evidence, override }) => ({ gate, pass, evidence, override }));

test("evaluating is pure and total: it answers every gate, the same each time, and changes nothing", () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const facts = frozenDeep(world);
      const verdicts = evaluate(facts);
      expect(verdicts.map(({ gate }) => gate)).toEqual([
        ...["block", "proof", "order"],
        ...RULES.gates.map(({ name }) => name),
        "freeze year-end",
      ]);
      expect(evaluate(facts)).toEqual(verdicts);
      expect(evaluateConfig(facts).map(({ gate }) => gate)).toEqual([
        "block",
        "approvals",
        "freeze year-end",
      ]);
      for (const { pass, reason, next } of verdicts) {
        expect(reason).not.toBe("");
        expect(next === "").toBe(pass);
      }
      expect(typeof describeVerdicts(verdicts) + summary(verdicts)).toContain("gate");
    }),
  );
});

test("who is not named by a gate changes no answer, whatever they sign", () => {
  fc.assert(
    fc.property(worlds, fc.array(anyClaim(["stranger", "nobody"]), { maxLength: 6 }), (facts, strangers) => {
      expect(answers(plus(facts, ...strangers))).toEqual(answers(facts));
    }),
  );
});

test("the order of the evidence changes nothing", () => {
  const shuffled = mixed.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
  );
  fc.assert(
    fc.property(shuffled, ([all, other]) => {
      expect(evaluate(withClaims(frozen, other))).toEqual(evaluate(withClaims(frozen, all)));
    }),
  );
});

/** Every piece that a gate rests on, out of the only world in which there is just one of each. */
const used = evaluate(frozen).flatMap(({ gate, evidence }) => evidence.map((id) => [gate, id] as const));

test("in the world that passes, every gate but block rests on evidence", () => {
  expect(mayEnter(evaluate(frozen))).toBe(true);
  expect(new Set(used.map(([gate]) => gate))).toEqual(
    new Set(["proof", "order", ...RULES.gates.map(({ name }) => name), "freeze year-end"]),
  );
});

test.each(used)("%s no longer passes without what it used: %s", (gate, id) => {
  const facts: Facts = {
    ...withClaims(
      frozen,
      frozen.report.claims.filter((claim) => claim.id !== id),
    ),
    upstream: [{ stack: "staging", history: historyOf(STAGING, ...(id === ENTERED.id ? [] : [ENTERED])) }],
  };
  expect(evaluate(facts).find((verdict) => verdict.gate === gate)?.pass).toBe(false);
});

test("no gate but block passes on nothing, whatever is there", () => {
  fc.assert(
    fc.property(worlds, (facts) => {
      const onNothing = evaluate(facts).filter(({ pass, evidence }) => pass && evidence.length === 0);
      expect(onNothing.map(({ gate }) => gate)).toEqual(["block"]);
    }),
  );
});

const EVERYTHING = ["block", "order", "proof", "freeze year-end", ...RULES.gates.map(({ name }) => name)];
const glass = claimOf("override", overrideOf(EVERYTHING), "mia");

test("a blocked digest never enters", () => {
  fc.assert(
    fc.property(worlds, fc.boolean(), (world, override) => {
      const blocks = [{ reason: "backdoor", by: "sam", at: ago(DAY) }];
      const facts = { ...world, report: { ...world.report, blocks } };
      expect(mayEnter(evaluate(override ? plus(facts, glass) : facts))).toBe(false);
      expect(mayEnter(evaluateConfig(override ? plus(facts, glass) : facts))).toBe(false);
    }),
  );
});

test("an override lets everything through but block and order", () => {
  fc.assert(
    fc.property(worlds, (facts) => {
      const verdicts = evaluate(plus(facts, glass));
      const order = verdicts.find(({ gate }) => gate === "order");
      expect(order?.override).toBeNull();
      expect(mayEnter(verdicts)).toBe(order?.pass === true);
    }),
  );
});

test("a verdict that claims to be overridden does not let block or order through", () => {
  const verdict = { pass: false, reason: "r", evidence: [], next: "n", override: glass.id };
  expect(mayEnter([{ ...verdict, gate: "scan" }])).toBe(true);
  expect(mayEnter([{ ...verdict, gate: "block" }])).toBe(false);
  expect(mayEnter([{ ...verdict, gate: "order" }])).toBe(false);
  expect(mayEnter([])).toBe(false);
});

test("an approval binds to what the gates used, and to no approval", () => {
  const ids = usedEvidence(frozen.rules, evaluate(frozen));
  expect(ids).toEqual([...ids].sort());
  expect(ids).toContain(ENTERED.id);
  expect(ids).toHaveLength(
    used.filter(([gate]) => !["approvals", "freeze year-end"].includes(gate)).length - 1,
  );
});
