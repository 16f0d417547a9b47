import { spawnSync } from "node:child_process";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SandboxError } from "./error";
import { sandboxEnv, up } from "./index";
import { withLock } from "./lock";
import { DEFAULT_PORT, optionsFrom, type Place, placeOf } from "./place";
import { deploy, prepare, refusedPreview, type Deployed } from "./start/deploy";
import { deployedLines, pulumiLines, sayRefusal } from "./start/output";
import { promote, testFor } from "./start/promotion";
import { refusedByCluster } from "./start/cluster";
import { mustPulumi, settingsOf, type Asking, type Project } from "./start/pulumi";

const clone = path.resolve(__dirname, "../..");
const stacks = [
  ["dev", "builds examples/hello once, and runs it"],
  ["staging", "takes the digest from dev, once it passed its tests there"],
  ["prod", "takes the digest from staging, once it passed there, soaked, and somebody approved it"],
] as const;

const say = (line: string) => console.log(line);

/** The main job: one image through three stacks, and a refusal. */
async function start(asking: Asking): Promise<void> {
  const options = optionsFrom(process.env);
  const place = placeOf(options);
  say("Sandbox: a registry, BuildKit and Kubernetes on this machine");
  await up(options, say);
  const environment = { ...process.env, ...sandboxEnv(place) };
  const project = (folder: string): Project => ({
    folder,
    environment,
    policyPack: path.join(clone, "policy"),
    settings: (stack) => path.join(place.folder, "settings", path.basename(folder), `Pulumi.${stack}.yaml`),
  });
  const deployed: Deployed[] = [];
  for (const [index, [stack, what]] of stacks.entries()) {
    say(`\n${stack}: ${what}`);
    await prepare(project(clone), stack, place, (line) => say(`  ${line}`), asking);
    if (index === stacks.length - 1) await promote(project(clone), stack, place, say, asking);
    const result = await deploy(project(clone), stack, pulumiLines(say), asking);
    deployedLines(result).forEach(say);
    deployed.push(result);
    const next = stacks[index + 1]?.[0];
    if (next !== undefined) {
      await prepare(project(clone), next, place, (line) => say(`  ${line}`), asking);
      await testFor(project(clone), result, next, place, say, asking);
    }
  }
  say("\nstaging: somebody puts a tag there by hand (examples/bypass); the preview must refuse it");
  await refuse(project(path.join(clone, "examples/bypass")), place, asking);
  say("\nstaging: an image that nobody signed asks to come in; its evidence must be refused");
  refuseUnsigned(deployed[0]?.base ?? "", environment);
  say("\ncluster: the same rules in Kubernetes itself (examples/cluster)");
  await guard(project(path.join(clone, "examples/cluster")), place, asking);
  say("\nstaging: somebody goes past Pulumi, with kubectl; the cluster must refuse it");
  await refusedByCluster(project(clone), deployed[0]?.base ?? "", (line) => say(`  │ ${line}`), asking);
  say("  refused, as it must be");
  summary(
    deployed,
    options.port === DEFAULT_PORT ? "" : ` --config-file ${project(clone).settings("staging")}`,
  );
}

/** The base image is in the registry, and nobody has said anything about it. */
function refuseUnsigned(image: string, environment: NodeJS.ProcessEnv): void {
  const command = [path.join(clone, "cli/bin/waybill.js"), "verify", image, "--environment", "staging"];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: clone,
    env: environment,
    encoding: "utf8",
  });
  if (status !== 1) throw new Error(`An unsigned image was not refused:\n${stdout}${stderr}`);
  `${stdout}${stderr}`
    .trimEnd()
    .split("\n")
    .forEach((line) => say(`  │ ${line}`));
  say("  refused, as it must be");
}

async function guard(project: Project, place: Place, asking: Asking): Promise<void> {
  await prepare(project, "sandbox", place, (line) => say(`  ${line}`), asking);
  const quiet = ["--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress"];
  await mustPulumi(project, ["up", ...quiet, ...settingsOf(project, "sandbox")], asking);
  say("  ValidatingAdmissionPolicies for staging and prod");
}

async function refuse(project: Project, place: Place, asking: Asking): Promise<void> {
  await prepare(project, "staging", place, (line) => say(`  ${line}`), asking);
  sayRefusal(await refusedPreview(project, "staging", /hello:latest/, asking), say);
  say("  refused, as it must be: nothing was changed");
}

function summary(deployed: readonly Deployed[], settings: string): void {
  const digests = new Set(deployed.map(({ digest }) => digest));
  if (digests.size !== 1) throw new Error(`The stacks run different digests: ${[...digests].join(", ")}`);
  say(`\nOne image, ${deployed.length} stacks, one digest: ${[...digests].join()}\n\nType next:`);
  const next = [
    ["use the sandbox in this shell", 'eval "$(npx waybill env)"'],
    ["ask prod", `curl ${deployed.at(-1)?.address ?? ""}`],
    ["what prod runs, and where it came from", "pulumi stack output release --stack prod"],
    ["who let it in, and what it replaced", "npx waybill history prod"],
    ["what runs where, and what waits for what", "npx waybill status"],
    ["what is known about the image", `npx waybill evidence list ${deployed[0]?.image ?? ""}`],
    ["what an update of staging would do", `pulumi preview --stack staging --policy-pack policy${settings}`],
    ["stop everything and leave nothing behind", "npm run sandbox -- down"],
  ];
  for (const [what = "", command = ""] of next) say(`  # ${what}\n  ${command}`);
}

/** One `npm start` at a time; one that was killed a moment ago may still be on its way out. */
async function alone(asking: Asking): Promise<void> {
  const { lock } = placeOf(optionsFrom(process.env));
  const patience = Date.now() + 60_000;
  for (;;) {
    try {
      await withLock(lock.replace(/lock$/, "start.lock"), "npm start", () => start(asking));
      return;
    } catch (error) {
      const busy = error instanceof SandboxError && error.code === "busy";
      if (!busy || Date.now() > patience) throw error;
      await delay(500, undefined, asking.signal && { signal: asking.signal });
    }
  }
}

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => interruption.abort());

alone({ signal: interruption.signal }).catch((error: unknown) => {
  const interrupted = interruption.signal.aborted;
  console.error(
    interrupted
      ? "\nInterrupted. npm start carries on from here."
      : `\n${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = interrupted ? 130 : 1;
});
