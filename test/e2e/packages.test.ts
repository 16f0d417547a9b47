import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { run, type Ran } from "./support/run";
import { useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(10 * 60_000);

const repository = resolve(__dirname, "../..");
const published = ["core", "provider", "components", "policy", "cli"];
const folder = mkdtempSync(join(tmpdir(), "waybill-installed-"));
let sandbox: TestSandbox;
let environment: NodeJS.ProcessEnv;

async function must(program: string, args: string[], cwd: string): Promise<string> {
  const { code, output } = await run(program, args, cwd, environment);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

beforeAll(async () => {
  sandbox = await useSandbox();
  environment = {
    ...sandbox.environment,
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    WAYBILL_PROMOTION: join(folder, "promotion.yaml"),
  };
  mkdirSync(join(folder, "backend"));
  mkdirSync(join(folder, "tarballs"));
  for (const name of published) {
    await must(
      "npm",
      ["pack", "--silent", "--pack-destination", join(folder, "tarballs")],
      join(repository, name),
    );
  }
  const project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "empty", private: true, main: "index.js" }),
  );
  writeFileSync(
    join(project, "Pulumi.yaml"),
    "name: empty\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  const tarballs = readdirSync(join(folder, "tarballs")).map((file) => join(folder, "tarballs", file));
  await must(
    "npm",
    ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs],
    project,
  );
  writeFileSync(join(folder, "promotion.yaml"), promotion());
  await must("pulumi", ["stack", "init", "dev", "--non-interactive"], project);
  await must("pulumi", ["config", "set", "waybill:environment", "staging", "--stack", "dev"], project);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const project = () => join(folder, "project");
const preview = (...args: string[]): Promise<Ran> =>
  run(
    "pulumi",
    ["preview", "--stack", "dev", "--non-interactive", "--color", "never", ...args],
    project(),
    environment,
  );

function program(image: string): void {
  writeFileSync(
    join(project(), "index.js"),
    `
    const { Workload } = require("@waybill/components");
    const { parseReference } = require("@waybill/core/image");
    const { registry, repository, digest } = parseReference(${JSON.stringify(image)});
    new Workload("hello", {
      place: { service: "hello", environment: "staging" },
      definition: {
        build: { context: ".", dockerfile: "Dockerfile", platforms: [] },
        port: 8080, probes: { ready: "/", live: "/" }, resources: { cpu: "20m", memory: "64Mi" }, config: {}, secrets: [],
      },
      image: {
        repository: registry + "/" + repository, digest: digest ?? "latest", tag: "1.0", commit: "${"c".repeat(40)}", dirty: false,
        created: "2026-01-02T03:04:05Z", source: null, run: "local", base: null, inputs: {},
      },
      namespace: "installed", replicas: 1, environment: {}, secrets: {}, rolloutSeconds: 60,
    });
    `,
  );
}

/** The image is somebody else's: it may run without a decision, as long as a digest names it. */
function promotion(): string {
  const why = { owner: "platform@example.com", reason: "a sidecar", expires: "2099-01-01" };
  return stringify({
    version: 1,
    owner: "platform@example.com",
    nextReview: "2099-01-01",
    environments: [{ name: "dev" }, { name: "staging" }],
    services: { hello: { path: "hello" } },
    external: [{ repository: `${sandbox.registry}/hello`, ...why }],
    trust: { signers: [] },
  });
}

test("the packages install into an empty project, and a digest previews", async () => {
  program(`${sandbox.registry}/hello@sha256:${"a".repeat(64)}`);
  const { code, output } = await preview("--policy-pack", join(project(), "node_modules/@waybill/policy"));
  if (code !== 0) throw new Error(`refused:\n${output}`);
  expect(output).toMatch(/kubernetes:apps\/v1:Deployment hello create/);
});

test("the installed component refuses a tag, without the pack", async () => {
  program(`${sandbox.registry}/hello:latest`);
  expect(await preview()).toMatchObject({
    code: expect.not.stringMatching("0") as unknown,
    output: expect.stringMatching(/expected sha256:/) as string,
  });
});

test("the installed pack refuses a tag that goes around the component", async () => {
  writeFileSync(
    join(project(), "index.js"),
    `
    const kubernetes = require("@pulumi/kubernetes");
    new kubernetes.core.v1.Pod("raw", { spec: { containers: [{ name: "raw", image: "nginx:latest" }] } });
    `,
  );
  const { code, output } = await preview("--policy-pack", join(project(), "node_modules/@waybill/policy"));
  expect(code).not.toBe(0);
  expect(output).toMatch(/spec\.containers\[0\]\.image/);
  expect(output).toMatch(/nginx:latest/);
});

test("the installed command parses references", async () => {
  const { code, output } = await run(
    "npx",
    ["waybill", "image", "parse", "--json", "nginx:1"],
    project(),
    environment,
  );
  expect(code).toBe(0);
  expect(JSON.parse(output.trim().split("\n")[0] ?? "")).toMatchObject({
    valid: true,
    repository: "library/nginx",
    pinned: false,
  });
});
