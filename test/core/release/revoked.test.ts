import type { Report } from "@waybill/core/evidence";
import { plan, type Plan } from "@waybill/core/release";
import { ago, at, DAY, deployed, GATES, hashOf, historyOf, NOW, OLD, RULES } from "../../support/gates";
import { OWN, RUNNING, surveyOf } from "./support";

const closed = { ...RULES, pin: false, gates: [{ ...GATES.tests, suites: ["never ran"] }] };
const ran = (result: Plan) => {
  if (result.action !== "run") throw new Error(`expected something to run, found ${result.action}`);
  return result;
};

describe("E7: what runs was revoked meanwhile", () => {
  const why = 'revoked: "forged" (sam)';
  const revoked = { ...RUNNING, revoked: why };
  const own = { ...historyOf(at("prod"), revoked), decisions: OWN.decisions };

  test("its deployment: it is told, and recorded anew under its decision", () => {
    const result = ran(plan(surveyOf({ rules: closed, own })));
    expect(result).toMatchObject({
      image: OLD,
      kind: "rebuilt",
      after: RUNNING.id,
      moves: false,
      decision: { carriedOut: true },
    });
    expect(result.notes).toEqual([
      `REVOKED: hello in prod runs ${OLD.digest} by the record ${RUNNING.id}, which was ${why}`,
    ]);
  });

  test("once it is recorded anew, all is well", () => {
    const anew = deployed(at("prod"), OLD, NOW, {
      kind: "rebuilt",
      number: 1,
      previous: RUNNING.id,
      decision: RUNNING.record.decision,
    });
    const healed = { ...historyOf(at("prod"), revoked, anew), decisions: OWN.decisions };
    expect(ran(plan(surveyOf({ rules: closed, own: healed })))).toMatchObject({
      kind: "rebuilt",
      after: RUNNING.id,
      moves: false,
      notes: [],
    });
  });

  test("its decision: it is told, with the reason where that is known", () => {
    const lost = { ...OWN, decisions: [] };
    const note = `REVOKED: hello in prod runs ${OLD.digest} by the decision ${hashOf("decision")}, which counts no more`;
    expect(() => plan(surveyOf({ rules: closed, own: lost }))).toThrow(`${note}\n`);
    const survey = surveyOf({ rules: closed, own: lost });
    if (!survey.last) throw new Error("nothing runs");
    const { facts } = survey.last;
    const revocation = { problem: { found: why } };
    const refused = [
      { source: "s", predicateType: "vsa", error: revocation, revoked: { id: hashOf("decision") } },
    ] as unknown as Report["refused"];
    const report = { ...facts.report, refused };
    const last = { ...survey.last, facts: { ...facts, report } };
    expect(() => plan({ ...survey, last })).toThrow(`${note}: ${why}`);
  });

  test("what is gone is not told", () => {
    const gone = deployed(at("prod"), OLD, ago(DAY), { kind: "removed", number: 1, previous: RUNNING.id });
    const removed = { ...historyOf(at("prod"), revoked, gone), decisions: OWN.decisions };
    expect(plan(surveyOf({ rules: closed, own: removed })).notes).toEqual([]);
  });
});
