import fc from "fast-check";
import { evaluate, mayEnter } from "@waybill/core/gates";
import type { Digest } from "@waybill/core/image";
import { besideOf, builtDeploymentOf, decisionOf, plan, type Plan, type Survey } from "@waybill/core/release";
import {
  ago,
  at,
  CONFIG,
  DAY,
  deployed,
  ENTERED,
  GATES,
  hashOf,
  historyOf,
  IMAGE,
  imageOf,
  NOW,
  OLD,
  RULES,
  STAGING,
} from "../../support/gates";
import { decided, OWN, RUNNING, surveyOf } from "./support";

const open = { ...RULES, pin: false, gates: [], configGates: [] };
const closed = { ...RULES, pin: false, gates: [{ ...GATES.tests, suites: ["never ran"] }] };
const ran = (result: Plan) => {
  if (result.action !== "run") throw new Error(`expected something to run, found ${result.action}`);
  return result;
};
const empty = historyOf(at("prod"));
const settings = (config: string) => ({ config, manifests: hashOf("m"), settings: {}, secrets: {} });

test("B1: the first environment builds, and nothing is decided there", () => {
  expect(plan(surveyOf({ place: at("dev"), upstream: [], own: historyOf(at("dev")) }))).toMatchObject({
    action: "build",
  });
});

test("P2: every gate says yes: it moves, under a decision on exactly this", () => {
  const result = ran(plan(surveyOf()));
  expect(result).toMatchObject({
    image: IMAGE,
    kind: "promoted",
    moves: true,
    waiting: null,
    after: RUNNING.id,
  });
  expect(result.decision).toMatchObject({ after: RUNNING.id, config: CONFIG, carriedOut: false });
  expect(result.decision.verdicts.map(({ pass }) => pass)).not.toContain(false);
});

test("P2: a gate says no: it stays, says why, and unrelated changes still go through", () => {
  const result = ran(plan(surveyOf({ rules: closed })));
  expect(result).toMatchObject({ image: OLD, moves: false, after: null, decision: { carriedOut: true } });
  expect(result.waiting).toMatch(/may not enter prod: 1 of \d+ gates says no: tests/);
});

test("P2: nothing runs yet and a gate says no: it waits, without a workload", () => {
  expect(plan(surveyOf({ rules: closed, own: empty }))).toMatchObject({
    action: "wait",
    waiting: expect.stringMatching(/never ran/) as string,
  });
});

test("P2: a pin that may not enter is an error, with the same words", () => {
  const survey = surveyOf({ rules: closed, pin: IMAGE.digest });
  const { waiting } = ran(plan(surveyOf({ rules: closed })));
  expect(() => plan(survey)).toThrow(
    expect.objectContaining({
      code: "may-not-enter",
      message: expect.stringContaining(waiting ?? "?") as string,
    }),
  );
});

describe("a decision is made once", () => {
  const stale = { ...RULES, pin: false, gates: [GATES.scan, GATES.soak] };

  test("what runs goes on however old its evidence is, with inputs that never change", () => {
    const own = historyOf(
      at("prod"),
      deployed(at("prod"), IMAGE, ago(400 * DAY), { decision: hashOf("decision") }),
    );
    const [entry] = own.deployments;
    if (!entry) throw new Error("no deployment");
    const later = surveyOf({
      rules: stale,
      own: { ...own, decisions: [decided(entry)] },
      now: new Date(Number(NOW) + 900 * DAY),
    });
    const result = ran(plan(later));
    expect(result).toMatchObject({ image: IMAGE, moves: false, waiting: null, after: entry.record.previous });
    expect(decisionOf(later, result)).toMatchObject({
      after: null,
      config: CONFIG,
      basis: { carriedOut: true },
    });
  });

  test("also when the environment before was destroyed", () => {
    const upstream = [{ stack: "staging", history: historyOf(STAGING), release: null }];
    expect(ran(plan(surveyOf({ upstream })))).toMatchObject({ image: OLD, moves: false });
  });

  test("a removed environment comes back under its own decision", () => {
    const gone = deployed(at("prod"), OLD, ago(DAY), { kind: "removed", number: 1, previous: RUNNING.id });
    const own = { ...historyOf(at("prod"), RUNNING, gone), decisions: OWN.decisions };
    const upstream = [{ stack: "staging", history: historyOf(STAGING), release: null }];
    expect(ran(plan(surveyOf({ own, upstream })))).toMatchObject({
      image: OLD,
      kind: "rebuilt",
      after: gone.id,
      decision: { carriedOut: true, after: null },
    });
  });

  test("a removed environment does not come back with what is blocked since", () => {
    const gone = deployed(at("prod"), OLD, ago(DAY), { kind: "removed", number: 1, previous: RUNNING.id });
    const own = { ...historyOf(at("prod"), RUNNING, gone), decisions: OWN.decisions };
    expect(plan(blocked(surveyOf({ own, rules: closed }))).action).toBe("wait");
  });

  test("a revoked decision lets nothing go on without a new one", () => {
    const own = { ...OWN, decisions: [] };
    expect(() => plan(surveyOf({ own, rules: closed }))).toThrow(
      expect.objectContaining({
        code: "decision-revoked",
        message: expect.stringContaining("it still runs") as string,
      }),
    );
    expect(ran(plan(surveyOf({ own })))).toMatchObject({ image: IMAGE, decision: { carriedOut: false } });
  });
});

describe("P5: settings", () => {
  test("a change of them alone has its own gates", () => {
    const survey = surveyOf({
      configuration: settings(hashOf("other")),
      rules: { ...closed, configGates: [] },
    });
    expect(ran(plan(survey))).toMatchObject({
      image: OLD,
      kind: "configured",
      moves: true,
      after: RUNNING.id,
      decision: { config: hashOf("other"), carriedOut: false },
    });
  });

  test("refused, it registers nothing", () => {
    const survey = surveyOf({ configuration: settings(hashOf("other")), rules: closed });
    expect(() => plan(survey)).toThrow(
      expect.objectContaining({
        code: "settings-may-not-change",
        message: expect.stringMatching(/approvals/) as string,
      }),
    );
  });

  test("PRO-007: an approval of digest and settings does not cover other settings", () => {
    const survey = surveyOf({ configuration: settings(hashOf("other")) });
    expect(() => plan(survey)).toThrow(/approvals/);
    expect(() => plan(surveyOf({ configuration: settings(hashOf("other")), pin: IMAGE.digest }))).toThrow(
      /approvals/,
    );
  });
});

describe("hold", () => {
  const until = new Date(Number(NOW) + DAY);

  test("keeps a candidate out until its time has come", () => {
    expect(ran(plan(surveyOf({ hold: until })))).toMatchObject({
      image: OLD,
      waiting: `prod is held until ${until.toISOString()} (waybill:hold)`,
    });
    expect(ran(plan(surveyOf({ hold: ago(1) })))).toMatchObject({ image: IMAGE, waiting: null });
  });

  test("and a pin does not go round it", () => {
    expect(() => plan(surveyOf({ hold: until, pin: IMAGE.digest }))).toThrow(/is held until/);
  });
});

describe("E7: what runs is blocked meanwhile", () => {
  test("it is the first thing that is said; it may keep running where the rules keep it", () => {
    expect(ran(plan(blocked(surveyOf({ rules: closed }))))).toMatchObject({
      image: OLD,
      notes: [expect.stringMatching(/^BLOCKED: hello in prod runs .* sam blocked: CVE/)],
    });
  });

  test("or is refused where they stop it", () => {
    const survey = blocked(surveyOf({ rules: { ...closed, blocked: "stop" } }));
    expect(() => plan(survey)).toThrow(expect.objectContaining({ code: "blocked" }));
  });
});

describe("where images are built", () => {
  const place = at("dev");
  const built = deployed(place, IMAGE, ago(DAY), { kind: "built" });

  test("the same image again is the same deployment", () => {
    const survey = surveyOf({ place, own: historyOf(place, built), upstream: [] });
    expect(builtDeploymentOf(survey, IMAGE)).toMatchObject({ kind: "built", after: null });
    expect(builtDeploymentOf(survey, OLD)).toMatchObject({ kind: "built", after: built.id });
  });

  test("a record that was revoked is followed by another one", () => {
    const revoked = { ...built, revoked: "revoked" };
    const survey = surveyOf({ place, own: historyOf(place, revoked), upstream: [] });
    expect(builtDeploymentOf(survey, IMAGE)).toMatchObject({ kind: "rebuilt", after: built.id });
  });

  test("other settings are another one", () => {
    const survey = surveyOf({
      place,
      own: historyOf(place, built),
      upstream: [],
      configuration: settings(hashOf("other")),
    });
    expect(builtDeploymentOf(survey, IMAGE)).toMatchObject({ kind: "configured", after: built.id });
  });
});

describe("for whatever is known", () => {
  const surveys = fc
    .record({
      rules: fc.constantFrom(open, closed, { ...RULES, pin: false }, { ...RULES, pin: true }),
      pin: fc.constantFrom<(Digest | undefined)[]>(undefined, IMAGE.digest, OLD.digest),
      own: fc.constantFrom(empty, OWN, { ...OWN, decisions: [] }),
      config: fc.constantFrom(CONFIG, hashOf("other")),
      hold: fc.constantFrom(undefined, new Date(Number(NOW) + DAY)),
      upstream: fc.constantFrom(
        ENTERED,
        deployed(STAGING, { ...IMAGE, dirty: true }, ago(2 * DAY)),
        deployed(STAGING, OLD, ago(2 * DAY)),
      ),
    })
    .map(
      ({ config, upstream, ...rest }): (() => Survey) =>
        () =>
          surveyOf({
            ...rest,
            configuration: settings(config),
            upstream: [{ stack: "staging", history: historyOf(STAGING, upstream), release: undefined }],
          }),
    );
  const attempt = (survey: () => Survey): Plan | "refused" => {
    try {
      return plan(survey());
    } catch {
      return "refused";
    }
  };

  test("nothing enters that a gate refuses, and nothing moves without a decision on it", () => {
    fc.assert(
      fc.property(surveys, (make) => {
        const result = attempt(make);
        if (result === "refused" || result.action !== "run") return;
        const survey = make();
        const runs = survey.last?.removed === false ? survey.last.entry.record : undefined;
        const carried = survey.own.decisions.some(
          ({ record }) => record.digest === result.image.digest && record.config === result.decision.config,
        );
        if (result.decision.carriedOut) expect(carried).toBe(true);
        else expect(mayEnter(result.decision.verdicts)).toBe(true);
        if (result.image.digest !== runs?.image.digest && survey.offered)
          expect(mayEnter(evaluate(survey.offered))).toBe(true);
        if (!result.moves) expect(result.image.digest).toBe(runs?.image.digest);
        expect(result.decision.config).toBe(survey.configuration.config);
      }),
    );
  });

  test("the same facts give the same plan, and what runs is never taken away", () => {
    fc.assert(
      fc.property(surveys, (make) => {
        const result = attempt(make);
        expect(attempt(make)).toEqual(result);
        if (result !== "refused" && make().own.head) expect(result.action).toBe("run");
      }),
    );
  });
});

/** The one that runs is blocked by somebody. */
function blocked(survey: Survey): Survey {
  if (!survey.last) return survey;
  const blocks = [{ reason: "CVE-2026-9", by: "sam", at: NOW }];
  const report = { ...survey.last.facts.report, blocks };
  return { ...survey, last: { ...survey.last, facts: { ...survey.last.facts, report } } };
}

describe("what may run beside an image", () => {
  const place = at("prod");
  const entry = (name: string, number: number) =>
    deployed(place, imageOf(name), ago((10 - number) * DAY), { number });
  const named = (name: string) => `${imageOf(name).repository}@${imageOf(name).digest}`;
  const own = historyOf(place, ...["a", "b", "a", "c", "d", "e"].map(entry));

  test("is what ran here before, the newest three, each once", () => {
    expect(besideOf(surveyOf({ own }), named("f"))).toEqual(["e", "d", "c"].map(named));
  });

  test("is the same before and after the image came in, so that the list stays as it is", () => {
    const after = historyOf(place, ...own.deployments, entry("f", 6));
    expect(besideOf(surveyOf({ own: after }), named("f"))).toEqual(besideOf(surveyOf({ own }), named("f")));
  });

  test("is nothing that is blocked or revoked", () => {
    const survey = surveyOf({ own });
    const blocked = [{ digest: imageOf("e").digest, reason: "bad", by: "sam", at: NOW }];
    const promotion = { ...survey.promotion, trust: { ...survey.promotion.trust, blocked } };
    const deployments = own.deployments.map((one) =>
      one.record.image.digest === imageOf("d").digest ? { ...one, revoked: "never happened" } : one,
    );
    expect(besideOf({ own: { ...own, deployments }, promotion }, named("f"))).toEqual(
      ["c", "a", "b"].map(named),
    );
  });
});
