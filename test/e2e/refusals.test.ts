import { TestProject } from "./support/project";
import { useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(180_000);

let sandbox: TestSandbox;
let project: TestProject;

beforeAll(async () => {
  sandbox = await useSandbox();
  project = new TestProject(sandbox, "refused");
  await project.usualStacks();
  await project.mustUp("dev");
});
afterAll(() => project.remove());

/** A preview without the policy pack: the program itself must refuse, before it declares anything. */
async function refusal(stack: string, settings: Record<string, unknown>): Promise<string> {
  await project.stack(stack, { service: "refused", config: { GREETING: "hi" }, ...settings });
  const { code, output } = await project.preview(stack);
  expect(code).not.toBe(0);
  expect(output).not.toMatch(/kubernetes:|docker-build:/);
  return output;
}

test.each(["latest", "hello:1.0", "sha256:123"])(
  "K1: the pin %s is refused: it must be a digest",
  async (pin) => {
    expect(await refusal("staging", { environment: "staging", pin })).toMatch(
      /waybill:pin of stack staging: expected a digest.*found ".*Let waybill promote staging write one/,
    );
  },
);

test("P8: a digest that upstream never released is refused", async () => {
  const pin = `sha256:${"0".repeat(64)}`;
  expect(await refusal("staging", { environment: "staging", pin })).toContain(`found ${pin}`);
});

test("P7: missing and unknown settings and secrets are refused together", async () => {
  const output = await refusal("staging", {
    environment: "staging",
    config: { GREETING: "", OTHER: "x" },
    secrets: { TOKEN: "t" },
  });
  for (const part of [
    "/GREETING",
    'unknown key "OTHER"',
    'waybill:secrets: unknown key "TOKEN"',
    "pulumi config set",
  ]) {
    expect(output).toContain(part);
  }
});

test("P8: an environment cannot be skipped by a stack that says it is another one", async () => {
  await project.stack("staging", {
    service: "refused",
    environment: "dev",
    ...project.building,
    config: { GREETING: "hi" },
    namespace: "refused-fake",
  });
  await project.mustUp("staging");
  expect(await refusal("prod", { environment: "prod" })).toMatch(
    /Stack staging: expected the release of refused in staging.*found the release of refused in dev/,
  );
});

test("an environment that promotion.yaml does not know is refused with the ones that it knows", async () => {
  expect(await refusal("prod", { environment: "preprod" })).toMatch(
    /out of: dev, staging, prod.*found "preprod"/,
  );
});

test("dev without a registry is told what to set", async () => {
  const { signer } = project.building;
  expect(await refusal("dev", { environment: "dev", signer })).toContain(
    "pulumi config set waybill:registry",
  );
});

test("B4: dev without a signer builds nothing", async () => {
  expect(await refusal("dev", { environment: "dev", registry: sandbox.registry })).toContain(
    "pulumi config set waybill:signer",
  );
});

test("dev with an unreachable registry for its base image builds nothing", async () => {
  const output = await refusal("dev", {
    environment: "dev",
    ...project.building,
    buildArgs: { BASE_IMAGE: "127.0.0.1:1/base/none:1" },
  });
  expect(output).toMatch(/127\.0\.0\.1:1/);
});

test("a release that holds a secret is refused, naming stack, output and remedy", async () => {
  const state = JSON.parse(await project.must("stack", "export", "--stack", "dev")) as {
    deployment: { resources: { type: string; outputs: Record<string, unknown> }[] };
  };
  const stack = state.deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  if (!stack) throw new Error("no stack resource");
  stack.outputs["release"] = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    plaintext: JSON.stringify(stack.outputs["release"]),
  };
  project.write(".settings/state.json", JSON.stringify(state));
  await project.must("stack", "import", "--stack", "dev", "--file", `${project.folder}/.settings/state.json`);
  expect(await refusal("staging", { environment: "staging" })).toMatch(
    /Output "release" of stack dev: expected a plain value, found a secret.*pulumi up --stack dev/,
  );
});
