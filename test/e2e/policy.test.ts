import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { kubectl } from "./support/cluster";
import { run, type Ran, TestProject } from "./support/project";
import { manifestDigest } from "./support/registry";
import { useSandbox, type TestSandbox } from "./support/sandbox";

jest.setTimeout(120_000);

const repository = resolve(__dirname, "../..");
const pack = join(repository, "policy");
const folder = mkdtempSync(join(tmpdir(), "waybill-policy-"));
const DIGEST = `sha256:${"a".repeat(64)}`;
let sandbox: TestSandbox;
let environment: NodeJS.ProcessEnv;
/** Of a real image that nobody signed. */
let base: string;

/** What a workload needs beside its image is off, but for one rule that warns. */
const PROMOTION = `version: 1
owner: platform@example.com
nextReview: 2099-01-01
environments:
  - name: dev
  - name: staging
    levels:
      workload-resources: off
      workload-probes: { warnUntil: 2099-01-01 }
      workload-service-account: off
      workload-provenance-labels: off
      workload-network-policy: off
services: { app: { path: . } }
external: [{ repository: registry.invalid/app, owner: o@example.com, reason: theirs, expires: 2099-01-01 }]
trust: { signers: [] }
`;

/** Somebody else's program, which knows nothing of Waybill; only the pack stands between it and the cluster. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const kubernetes = require("@pulumi/kubernetes");
const { Image } = require("@pulumi/docker-build");
const pod = (image) => new kubernetes.core.v1.Pod("web", {
  metadata: { name: "policy-test", namespace: "default", annotations: { "pulumi.com/skipAwait": "true" } },
  spec: { containers: [{ name: "app", image }] },
});
const programs = {
  tag: () => pod("registry.invalid/app:7"),
  pinned: () => pod("registry.invalid/app@${DIGEST}"),
  secret: () => pod(pulumi.secret("s3cret.invalid/app:7")),
  unknown: () => pod(pulumi.interpolate\`registry.invalid/app@sha256:\${new kubernetes.core.v1.ConfigMap("map", {}).metadata.uid}\`),
  built: () => pod(new Image("image", { push: false, buildOnPreview: false, context: { location: "." }, tags: ["app:7"] }).ref),
  unsigned: () => pod(new pulumi.Config().require("image")),
  tagged: () => pod(new pulumi.Config().require("image").replace(/@.*/, ":24")),
  old: () => new kubernetes.apiextensions.CustomResource("old", { apiVersion: "policy/v1beta1", kind: "PodDisruptionBudget" }),
  silent: () => pod("127.0.0.1:1/app@${DIGEST}"),
};
programs[new pulumi.Config().require("program")]();
`;

beforeAll(async () => {
  sandbox = await useSandbox();
  mkdirSync(join(folder, "backend"));
  const rules = join(folder, "rules", "promotion.yaml");
  environment = {
    ...sandbox.environment,
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    WAYBILL_PROMOTION: rules,
  };
  mkdirSync(join(folder, "rules"));
  writeFileSync(rules, PROMOTION);
  base = `${sandbox.registry}/base/node@${(await manifestDigest(`${sandbox.registry}/base/node`, "24")) ?? ""}`;
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "other", main: "index.js" }));
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: other\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\n");
  writeFileSync(join(folder, "index.js"), PROGRAM);
  // The working directory must never choose the rules.
  writeFileSync(
    join(folder, "promotion.yaml"),
    "version: 1\nowner: o\nnextReview: 2099-01-01\nenvironments: [{ name: staging }]\nservices: { a: { path: . } }\ntrust: { signers: [] }\n",
  );
  expect(await pulumi("stack", "init", "test")).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pulumi = (...args: string[]): Promise<Ran> =>
  run("pulumi", [...args, "--non-interactive", "--color", "never"], folder, environment);

async function guarded(
  command: string[],
  program: string,
  place: string | undefined,
  options: object = {},
): Promise<Ran> {
  const said = place === undefined ? {} : { "waybill:environment": place };
  const config = { "other:program": program, "other:image": base, ...said };
  writeFileSync(join(folder, "Pulumi.test.yaml"), JSON.stringify({ config }));
  writeFileSync(join(folder, "options.json"), JSON.stringify(options));
  const packs = ["--policy-pack", pack, "--policy-pack-config", join(folder, "options.json")];
  return pulumi(...command, "--stack", "test", ...packs);
}

const preview = (program: string, place: string | undefined, options: object = {}) =>
  guarded(["preview"], program, place, options);
const refusedBy = (policy: string) =>
  expect.stringMatching(new RegExp(`\\[mandatory\\] +${policy} `)) as string;

describe("staging, preview", () => {
  test("K9: a digest of others passes; a rule that only warns says so and stops nothing", async () => {
    const { code, output } = await preview("pinned", "staging");
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toMatch(/\[advisory\] +workload-probes /);
    expect(output).not.toContain("workload-resources");
  });

  test("K3: what nobody signed is refused", async () => {
    const { code, output } = await preview("unsigned", "staging");
    expect(code).not.toBe(0);
    expect(output).toEqual(refusedBy("image-signed-and-decided"));
    expect(output).toContain("expected a signature and provenance that count in staging");
  });

  test("a registry that does not answer is a refusal", async () => {
    const { code, output } = await preview("silent", "staging");
    expect(code).not.toBe(0);
    expect(output).toContain(
      "expected a registry that answers, so that signatures and decisions can be checked",
    );
  });

  test("a tag is refused, whatever level Pulumi is told; the message says where, what, why and what to do", async () => {
    const { code, output } = await preview("tag", "staging", { rules: { enforcementLevel: "advisory" } });
    expect(code).not.toBe(0);
    expect(output).toEqual(refusedBy("image-pinned-by-digest"));
    expect(output).toContain(
      'Pod "web", spec.containers[0].image of "app", image "registry.invalid/app:7": expected a digest, as in repository@sha256:…, ' +
        'found only the tag "7". Write the image as host[:port]/repository@sha256:…. ' +
        `This is the environment staging of ${join(folder, "rules", "promotion.yaml")}.`,
    );
  });

  test("POL-048: a secret tag is refused and not shown", async () => {
    const { code, output } = await preview("secret", "staging");
    expect(code).not.toBe(0);
    expect(output).toEqual(refusedBy("image-pinned-by-digest"));
    expect(output).not.toContain("s3cret");
  });

  test("POL-045: an unknown image is refused, not made advisory", async () => {
    const { code, output } = await preview("unknown", "staging");
    expect(code).not.toBe(0);
    expect(output).toEqual(refusedBy("image-known"));
  });

  test("K5: a build is refused", async () => {
    const { code, output } = await preview("built", "staging");
    expect(code).not.toBe(0);
    expect(output).toEqual(refusedBy("no-build-outside-dev"));
  });
});

describe("dev, preview", () => {
  test("an image that this update builds passes, unknown as it is", async () => {
    expect(await preview("built", "dev")).toMatchObject({ code: 0 });
  });

  test("K4: an unknown image that nothing here builds is refused", async () => {
    const { code, output } = await preview("unknown", "dev");
    expect(code).not.toBe(0);
    expect(output).toEqual(refusedBy("image-known"));
  });
});

test("K8: asked for, a tag becomes its digest in preview, and the pack says so", async () => {
  const image = base.replace(/@.*/, ":24");
  const { output } = await preview("tagged", "dev", { "pin-tags": { enforcementLevel: "remediate" } });
  expect(output).toContain(`found "${image}". It was replaced with ${base.replace(/^.*@/, "")}`);
});

test("what somebody else's program does not say, the policy's configuration may: where it runs, and on which release", async () => {
  const rules = { environment: "staging", kubernetes: "1.24" };
  const { code, output } = await preview("old", undefined, { rules });
  expect({ code, output }).toMatchObject({ code: 0 });
  const newer = await preview("old", undefined, { rules: { ...rules, kubernetes: "1.25" } });
  expect(newer.code).not.toBe(0);
  expect(newer.output).toEqual(refusedBy("api-version-served"));
});

test("without an environment the strictest rules hold, and the message says so", async () => {
  const { code, output } = await preview("tag", undefined);
  expect(code).not.toBe(0);
  expect(output).toContain("The strictest rules hold: waybill:environment is not set in this stack.");
});

test("an update is refused before anything is created", async () => {
  const { code, output } = await guarded(["up", "--yes", "--skip-preview"], "tag", "staging");
  expect(code).not.toBe(0);
  expect(output).toEqual(refusedBy("image-pinned-by-digest"));
  expect(await kubectl(sandbox, "get", "pods", "--namespace", "default", "--output", "name")).not.toContain(
    "policy-test",
  );
});

describe("Waybill's own program", () => {
  /** Beside the program: runs what prod has not decided upon. */
  const BYPASS = `
const { Config } = require("@pulumi/pulumi");
const { core } = require("@pulumi/kubernetes");
new core.v1.Pod("bypass", {
  metadata: { name: "bypass", namespace: "default", annotations: { "pulumi.com/skipAwait": "true" } },
  spec: { containers: [{ name: "app", image: new Config("waybill").require("bypass") }] },
});
`;
  const guard = ["--policy-pack", pack];
  let project: TestProject;

  beforeAll(async () => {
    project = new TestProject(sandbox, "guarded");
    project.environment["WAYBILL_PROMOTION"] = join(project.folder, "promotion.yaml");
    await project.usualStacks();
  });
  afterAll(() => project.remove());

  test("K3: what is built, signed and decided goes through all rules, in preview and update; what is not decided does not", async () => {
    const { digest, release } = await project.mustUp("dev", ...guard);
    const preview = await project.preview("staging", ...guard);
    expect(preview).toMatchObject({ code: 0 });
    expect(preview.output).not.toMatch(/\[(?:advisory|mandatory)\]/);
    expect(await project.mustUp("staging", ...guard)).toMatchObject({ digest });

    const image = `${String(release.image?.["repository"])}@${digest ?? ""}`;
    await project.stack("prod", {
      service: "guarded",
      environment: "prod",
      config: { GREETING: "hi" },
      bypass: image,
    });
    project.write("dist/index.js", BYPASS);
    const { code, output } = await project.up("prod", ...guard);
    expect(code).not.toBe(0);
    expect(output).toEqual(refusedBy("image-signed-and-decided"));
    expect(output).toContain(
      "expected a signed decision that it may run as guarded in prod with the settings of this stack",
    );
    expect(await kubectl(sandbox, "get", "pods", "--namespace", "default", "--output", "name")).not.toContain(
      "bypass",
    );
  });
});
