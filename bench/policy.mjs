// What the policy pack adds to a preview, against a pack with one trivial rule, in one run, and ratios. npm run bench
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const clone = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const load = createRequire(join(clone, "core/package.json"));
const { ensureTools } = load(join(clone, "tools/dist/index.js"));
const execute = promisify(execFile);

const RUNS = 5;
const MANY = 1000;
const DIGEST = "a".repeat(64);
const folder = mkdtempSync(join(tmpdir(), "waybill-bench-"));
const COMMON = ["--non-interactive", "--color", "never", "--cwd", folder];
const tools = await ensureTools(["pulumi"], console.log);
const environment = {
  ...process.env,
  PATH: [dirname(tools.get("pulumi")), dirname(process.execPath), process.env.PATH].join(delimiter),
  HOME: folder,
  PULUMI_HOME: join(folder, "home"),
  PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
  PULUMI_CONFIG_PASSPHRASE: "",
  PULUMI_SKIP_UPDATE_CHECK: "true",
  WAYBILL_PROMOTION: join(folder, "promotion.yaml"),
};

/** Every third resource is a workload that all rules look into; components need no provider. */
const PROGRAM = `
const { ComponentResource, Config } = require("@pulumi/pulumi");
const labels = { "waybill.dev/commit": "c0ffee", "waybill.dev/digest": "${DIGEST.slice(0, 32)}" };
const probe = { httpGet: { path: "/", port: 80 } };
const container = {
  name: "app", image: "registry.example/app@sha256:${DIGEST}", readinessProbe: probe, livenessProbe: probe,
  resources: { requests: { cpu: "10m", memory: "1Mi" }, limits: { memory: "1Mi" } },
};
const metadata = { namespace: "shop" };
const template = { metadata: { labels }, spec: { serviceAccountName: "app", containers: [container] } };
const kinds = [
  ["kubernetes:apps/v1:Deployment", { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { template } }],
  ["kubernetes:core/v1:ConfigMap", { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "b", c: "d" } }],
  ["kubernetes:networking.k8s.io/v1:NetworkPolicy", { metadata, spec: { podSelector: {} } }],
];
for (let number = 0; number < Number(new Config().require("count")); number++) {
  const [type, props] = kinds[number % kinds.length];
  new ComponentResource(type, "r" + number, props);
}
`;

const TRIVIAL = `
const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("trivial", {
  policies: [{
    name: "no-bad-name", description: "No resource is called bad.", enforcementLevel: "mandatory",
    validateResource: ({ name }, report) => { if (name === "bad") report("It is called bad."); },
  }],
});
`;

try {
  prepare();
  await pulumi("stack", "init", "bench");
  await bench();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function bench() {
  const packs = {
    none: [],
    trivial: ["--policy-pack", join(folder, "trivial")],
    waybill: ["--policy-pack", join(clone, "policy")],
  };
  const times = {};
  for (let run = 0; run <= RUNS; run++) {
    for (const count of [0, MANY]) {
      await pulumi("config", "set", "bench:count", String(count), "--stack", "bench");
      for (const [name, args] of Object.entries(packs)) {
        const cost = await costOf("preview", "--stack", "bench", ...args);
        // The first round warms all up.
        if (run > 0) ((times[name] ??= {})[count] ??= []).push(cost);
      }
    }
  }
  report(times);
}

/** The fastest run counts: whatever else the machine does only adds. The CPU time of all processes together shows less of that. */
function report(times) {
  console.log(`pulumi preview, ${MANY} resources; the fastest of ${RUNS} runs\n`);
  for (const clock of ["wall", "cpu"]) {
    const of = (name, count) => Math.min(...times[name][count].map((cost) => cost[clock]));
    const fixed = (name) => of(name, 0) - of("none", 0);
    const each = (name) => (of(name, MANY) - of("none", MANY) - fixed(name)) / MANY;
    for (const [what, cost, goal] of [
      ["fixed cost of the pack", fixed, 1.1],
      ["cost for each resource", each, 1.3],
    ]) {
      const [mine, other] = [cost("waybill"), cost("trivial")];
      console.log(
        `${`${what}, ${clock}`.padEnd(30)} waybill ${mine.toFixed(2)} ms   trivial pack ${other.toFixed(2)} ms   ratio ${(mine / other).toFixed(2)}   goal ${goal}`,
      );
    }
  }
}

function prepare() {
  mkdirSync(join(folder, "backend"));
  symlinkSync(join(clone, "node_modules"), join(folder, "node_modules"));
  const runtime = "runtime: { name: nodejs, options: { typescript: false } }\n";
  const write = (name, text) => writeFileSync(join(folder, name), text);
  write("Pulumi.yaml", `name: bench\n${runtime}`);
  write("Pulumi.bench.yaml", "config: { waybill:environment: staging }\n");
  write("package.json", JSON.stringify({ name: "bench", main: "index.js" }));
  write("index.js", PROGRAM);
  mkdirSync(join(folder, "trivial"));
  write("trivial/PulumiPolicy.yaml", runtime);
  write("trivial/package.json", JSON.stringify({ name: "trivial", version: "0.0.1", main: "index.js" }));
  write("trivial/index.js", TRIVIAL);
  write("promotion.yaml", promotion());
}

/** Nothing has to be looked up: the image is somebody else's. What speaks to registries is another bench's. */
function promotion() {
  return `version: 1
owner: platform@example.com
nextReview: 2099-01-01
environments: [{ name: dev }, { name: staging }, { name: prod }]
services: { app: { path: . } }
registries: [registry.example]
external: [{ repository: registry.example/app, owner: o@example.com, reason: bench, expires: 2099-01-01 }]
trust: { signers: [] }
`;
}

function pulumi(...args) {
  return execute("pulumi", [...args, ...COMMON], { env: environment, maxBuffer: 1 << 28 });
}

/** In milliseconds; the shell knows what all processes below it used. */
async function costOf(...args) {
  const script = 'TIMEFORMAT="used %U %S"; time pulumi "$@"';
  const begun = performance.now();
  const { stderr } = await execute("bash", ["-c", script, "pulumi", ...args, ...COMMON], {
    env: environment,
    maxBuffer: 1 << 28,
  });
  const wall = performance.now() - begun;
  const [, user, system] = /used ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return { wall, cpu: (Number(user) + Number(system)) * 1000 };
}
