import { resolve } from "node:path";
import { findSetting } from "@waybill/policy";
import { promotionFile, run } from "./engine";

const find = (environment: string | undefined, ...promotion: (string | undefined)[]) =>
  findSetting({ environment, promotion });

test("only the first environment builds", () => {
  expect(find("dev", promotionFile)).toEqual({
    builds: true,
    why: `This is the environment dev of ${promotionFile}.`,
  });
  expect(find("staging", promotionFile)).toEqual({
    builds: false,
    why: `This is the environment staging of ${promotionFile}.`,
  });
});

test("the first path that is given counts", () => {
  expect(find("dev", undefined, "", promotionFile).builds).toBe(true);
  expect(find("dev", "/nowhere/promotion.yaml", promotionFile).builds).toBe(false);
});

test("a relative path starts at the pack, never at the working directory", () => {
  const pack = resolve(__dirname, "../../policy");
  expect(find("dev", "nowhere.yaml").why).toContain(resolve(pack, "nowhere.yaml"));
});

describe("what cannot be found out makes the rules strict, and says why", () => {
  test.each([
    ["no environment", undefined, promotionFile, "waybill:environment is not set in this stack"],
    ["an empty environment", "", promotionFile, "waybill:environment is not set in this stack"],
    ["an unknown environment", "Dev", promotionFile, 'knows no environment "Dev"'],
    ["no promotion.yaml", "dev", "/nowhere/promotion.yaml", "/nowhere/promotion.yaml"],
    ["a promotion.yaml that is none", "dev", resolve(__dirname, "../../package.json"), "package.json"],
  ])("%s", async (_name, environment, promotion, why) => {
    const setting = find(environment, promotion);
    expect(setting.builds).toBe(false);
    expect(setting.why).toMatch(/^The strictest rules hold: /);
    expect(setting.why).toContain(why);
    const tagged = { type: "kubernetes:core/v1:Pod", props: { spec: { containers: [{ image: "app:1" }] } } };
    const violations = await run([tagged, { type: "docker-build:index:Image" }], { environment, promotion });
    expect(violations.map(({ policy }) => policy)).toEqual([
      "image-pinned-by-digest",
      "no-build-outside-dev",
    ]);
    expect(violations[0]?.message).toContain(why);
  });
});
