import { decisionOf, letIn, plan, type Plan } from "@waybill/core/release";
import { GATES, hashOf, IMAGE, OLD, RULES } from "../../support/gates";
import { decided, digest, RUNNING, surveyOf } from "./support";

const open = { ...RULES, pin: false, gates: [], configGates: [] };
const closed = { ...RULES, pin: false, gates: [{ ...GATES.tests, suites: ["never ran"] }], configGates: [] };
const ran = (result: Plan) => {
  if (result.action !== "run") throw new Error(`expected something to run, found ${result.action}`);
  return result;
};
const settings = (config: string) => ({ config, manifests: hashOf("m"), settings: {}, secrets: {} });

describe("P9: something else was let in, and does not run yet", () => {
  const other = decided(RUNNING, { digest: digest("e"), after: RUNNING.id });
  const underway = [{ ...other, id: hashOf("other") }];
  const words = new RegExp(
    `expected that nothing else is about to enter there, found ${digest("e")}, decided by .* waybill evidence revoke ${hashOf("other")} ${OLD.repository}@${digest("e")} `,
  );

  test("the candidate waits for it, and it is said how to end that", () => {
    const result = ran(plan(surveyOf({ rules: open, underway })));
    expect(result).toMatchObject({
      image: OLD,
      moves: false,
      waiting: expect.stringMatching(words) as string,
    });
  });

  test("a pin is refused in the same words", () => {
    expect(() => plan(surveyOf({ rules: open, underway, pin: IMAGE.digest }))).toThrow(
      expect.objectContaining({
        code: "may-not-enter",
        message: expect.stringMatching(words) as string,
      }),
    );
  });

  test("new settings are refused too", () => {
    const configuration = settings(hashOf("other"));
    expect(() => plan(surveyOf({ rules: closed, underway, configuration }))).toThrow(
      expect.objectContaining({
        code: "settings-may-not-change",
        message: expect.stringMatching(words) as string,
      }),
    );
  });

  test("what was decided on the same is carried on with", () => {
    const same = decided(RUNNING, { digest: IMAGE.digest, after: RUNNING.id });
    expect(ran(plan(surveyOf({ rules: open, underway: [same] })))).toMatchObject({
      image: IMAGE,
      moves: true,
      waiting: null,
    });
  });
});

describe("--target can leave the decision as an older update left it", () => {
  const wanted = decisionOf(surveyOf({ rules: open }), ran(plan(surveyOf({ rules: open }))));

  test("what it lets in runs", () => {
    expect(letIn(wanted, wanted)).toBe(IMAGE.digest);
  });

  test.each([
    ["another image", { image: `${OLD.repository}@${OLD.digest}` }, OLD.digest],
    ["other settings", { config: hashOf("other") }, hashOf("other")],
  ])("one on %s lets nothing new run", (_, older, found) => {
    expect(() => letIn(wanted, { ...wanted, ...older })).toThrow(
      new RegExp(`decision on .*${IMAGE.digest}.*, found one on .*${found}.*without --target`),
    );
  });
});
