import { plan, type Survey } from "@waybill/core/release";
import { configurationOf, parseService } from "@waybill/core/service";
import { deployed, at, GATES, hashOf, historyOf, IMAGE, NOW, OLD, RULES } from "../../support/gates";
import { decided, surveyOf } from "./support";

const closed = { ...RULES, pin: false, gates: [{ ...GATES.tests, suites: ["never ran"] }] };
const settings = (config: string) => ({ config, manifests: hashOf("m"), settings: {}, secrets: {} });

describe("O4: a refusal with a table", () => {
  const last = (survey: Survey): string => {
    try {
      plan(survey);
    } catch (error) {
      return (error as Error).message.split("\n").at(-1) ?? "";
    }
    throw new Error("not refused");
  };

  test("says what to do on a line of its own", () => {
    expect(last(surveyOf({ rules: closed, pin: IMAGE.digest }))).toMatch(
      /^Nothing was changed\. waybill promote/,
    );
    expect(last(surveyOf({ rules: closed, configuration: settings(hashOf("other")) }))).toMatch(
      /^Nothing was changed\. waybill diff/,
    );
  });
});

test("P6: other manifests are other settings: their own gates, after what runs", () => {
  const service = (port: number) =>
    parseService(
      "/repo/service.yaml",
      JSON.stringify({
        version: 1,
        build: {},
        port,
        probes: { ready: "/ready", live: "/live" },
        resources: { cpu: "20m", memory: "96Mi" },
      }),
    );
  const [before, now] = [8080, 8081].map((port) => configurationOf(service(port), {}, {}, "")) as [
    ReturnType<typeof configurationOf>,
    ReturnType<typeof configurationOf>,
  ];
  expect(now.config).not.toBe(before.config);
  const { config, manifests } = before;
  const runs = deployed(at("prod"), OLD, NOW, { decision: hashOf("decision"), config, manifests });
  const own = { ...historyOf(at("prod"), runs), decisions: [decided(runs)] };
  const rules = { ...closed, configGates: [] };
  expect(plan(surveyOf({ own, rules, configuration: before }))).toMatchObject({ moves: false, after: null });
  expect(plan(surveyOf({ own, rules, configuration: now }))).toMatchObject({
    kind: "configured",
    moves: true,
    after: runs.id,
    decision: { after: runs.id, config: now.config, carriedOut: false },
  });
  expect(() => plan(surveyOf({ own, rules: closed, configuration: now }))).toThrow(/approvals/);
});
