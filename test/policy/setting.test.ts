import { resolve } from "node:path";
import { findSetting } from "@waybill/policy";
import { promotionFile, run } from "./engine";

type Settings = Readonly<Record<string, string | undefined>>;

const find = (settings: Settings, promotion?: string, options: Settings = {}) =>
  findSetting(
    {
      stack: { text: (key) => settings[key], object: () => undefined },
      promotion: () => promotion,
    },
    options,
  );

test("only the first environment builds", () => {
  expect(find({ environment: "dev" }, promotionFile)).toMatchObject({
    builds: true,
    why: `This is the environment dev of ${promotionFile}.`,
  });
  expect(find({ environment: "staging" }, promotionFile)).toMatchObject({
    builds: false,
    why: `This is the environment staging of ${promotionFile}.`,
  });
});

test("the policy's configuration goes before the user's environment", () => {
  const options = { promotion: promotionFile };
  expect(find({ environment: "dev" }, "/nowhere/promotion.yaml", options).builds).toBe(true);
  expect(find({ environment: "dev" }, "/nowhere/promotion.yaml", { promotion: "" }).builds).toBe(false);
});

test("a relative path starts at the pack, never at the working directory", () => {
  const pack = resolve(__dirname, "../../policy");
  expect(find({ environment: "dev" }, "nowhere.yaml").why).toContain(resolve(pack, "nowhere.yaml"));
});

describe("where it is", () => {
  test("the stack says it, or the policy's configuration in a program that knows nothing of Waybill", () => {
    const place = { service: "hello", environment: "staging", target: undefined };
    const said = { service: "hello", environment: "staging" };
    expect(find(said, promotionFile).known?.place).toEqual(place);
    expect(find({}, promotionFile, said).known?.place).toEqual(place);
    expect(find(said, promotionFile, said).known?.place).toEqual(place);
    expect(find({ environment: "staging" }, promotionFile).known?.place).toBeUndefined();
  });

  test.each<[string, Settings, Settings, string]>([
    [
      "two environments",
      { environment: "dev" },
      { environment: "prod" },
      'waybill:environment of this stack says "dev", the policy',
    ],
    ["two services", { environment: "dev", service: "a" }, { service: "b" }, "waybill:service of this stack"],
    [
      "an unknown service",
      { environment: "dev", service: "bye" },
      {},
      'a service out of: hello, found "bye"',
    ],
    ["an unknown target", { environment: "dev", service: "hello", target: "x" }, {}, "a target of dev"],
  ])("%s are no answer", (_name, settings, options, why) => {
    const setting = find(settings, promotionFile, options);
    expect(setting).toMatchObject({ builds: false, known: undefined });
    expect(setting.why).toMatch(/^The strictest rules hold: /);
    expect(setting.why).toContain(why);
  });
});

describe("what cannot be found out makes the rules strict, and says why", () => {
  test.each([
    ["no environment", undefined, promotionFile, "waybill:environment is not set in this stack"],
    ["an unknown environment", "Dev", promotionFile, 'knows no environment "Dev"'],
    ["no promotion.yaml", "dev", "/nowhere/promotion.yaml", "/nowhere/promotion.yaml"],
    ["a promotion.yaml that is none", "dev", resolve(__dirname, "../../package.json"), "package.json"],
  ])("%s", async (_name, environment, promotion, why) => {
    const setting = find({ environment }, promotion);
    expect(setting).toMatchObject({ builds: false, known: undefined });
    expect(setting.why).toMatch(/^The strictest rules hold: /);
    expect(setting.why).toContain(why);
    const containers = [{ image: "app:1" }, { image: `app@sha256:${"a".repeat(64)}` }];
    const pod = { type: "kubernetes:core/v1:Pod", props: { spec: { containers } } };
    const violations = await run([pod, { type: "docker-build:index:Image" }], { environment, promotion });
    const refused = violations.filter(({ policy }) => !policy.startsWith("workload-"));
    expect(refused.map(({ policy, level }) => [policy, level])).toEqual([
      ["image-pinned-by-digest", "MANDATORY"],
      ["image-signed-and-decided", "MANDATORY"],
      ["no-build-outside-dev", "MANDATORY"],
    ]);
    expect(refused.every(({ message }) => message.includes(why))).toBe(true);
  });
});
