import { closeAll } from "../support/registry";
import { type Estate, estate, makePeople } from "./estate";

beforeAll(makePeople);
afterEach(closeAll);

async function deployed(promotion: (at: Estate) => object = () => ({})) {
  const at = await estate();
  const image = await at.build("first");
  await at.deploy("dev", image);
  const more = promotion(at);
  at.write(
    "promotion.yaml",
    JSON.stringify({ ...(JSON.parse(at.read("promotion.yaml")) as object), ...more }),
  );
  return { at, image };
}

const isFound = async (at: Estate, environment: NodeJS.ProcessEnv, ...args: string[]) => {
  const { code, out, err } = await at.runWith({ environment }, "history", "dev", ...args);
  return code === 0 ? out.includes("built") : `${code} ${err}`;
};

describe("where the images are: the first that says so", () => {
  const elsewhere = (at: Estate) => at.repository.replace("/team/hello", "/other/place");
  const none = (at: Estate) => at.write("Pulumi.dev.yaml", "config:\n  waybill:service: hello\n");

  test("promotion.yaml, before everything else", async () => {
    const { at } = await deployed((one) => ({
      services: { hello: { path: "hello", stack: "{environment}", repository: one.repository } },
    }));
    none(at);
    expect(await isFound(at, { WAYBILL_REGISTRY: "127.0.0.1:1/no" }, "--repository", elsewhere(at))).toBe(
      true,
    );
  });

  test("--repository, then WAYBILL_REGISTRY, then the stack that builds them", async () => {
    const { at } = await deployed();
    const registry = at.repository.replace("/hello", "");
    expect(await isFound(at, {})).toBe(true);
    expect(await isFound(at, { WAYBILL_REGISTRY: elsewhere(at) })).toBe(false);
    expect(await isFound(at, { WAYBILL_REGISTRY: elsewhere(at) }, "--repository", at.repository)).toBe(true);
    none(at);
    expect(await isFound(at, { WAYBILL_REGISTRY: registry })).toBe(true);
  });

  test("nobody says so: wrong configuration, never an empty history", async () => {
    const { at } = await deployed();
    none(at);
    expect(await isFound(at, {})).toMatch(/^2 .*expected repository in .*found none.*--repository/);
  });
});

test("with several services, the one is named", async () => {
  const { at } = await deployed(() => ({ services: { hello: { path: "hello" }, other: { path: "hello" } } }));
  expect(await isFound(at, {}, "--repository", at.repository)).toMatch(
    /^2 .*--service, one of: hello, other/,
  );
  expect(await isFound(at, {}, "--repository", at.repository, "--service", "hello")).toBe(true);
});

test("an environment that needs no pin takes one too", async () => {
  const { at, image } = await deployed();
  const { code, out } = await at.run("promote", "staging");
  expect({ code, has: out.includes("3 gates say yes") }).toEqual({ code: 0, has: true });
  expect(at.read("Pulumi.staging.yaml")).toContain(`waybill:pin: ${image.digest}\n`);
});
