import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { StepFailed, runQuiet, step } from "./children.mjs";
import { changesSince, snapshot } from "./snapshot.mjs";
import lock from "./lock.js";
import runtime from "./runtime.js";

const AGAIN = "Nothing half-made stays behind: run the same command again.";

/** The Node to run on, installed from npm where the machine's own is too old. */
export async function prepareNode(clone, share) {
  const cache = runtime.cacheRoot();
  const { version, execPath, platform, arch } = process;
  const chosen = runtime.chooseRuntime({ version, execPath, platform, arch, cache });
  if (chosen.from === "nowhere") {
    throw new StepFailed(
      `Node: expected ${chosen.version} or newer, found ${version}. Install it from https://nodejs.org/en/download.`,
    );
  }
  if (chosen.from === "npm" && !existsSync(chosen.node)) await bringNode(clone, chosen, cache, share);
  return { ...process.env, PATH: `${dirname(chosen.node)}${delimiter}${process.env.PATH}` };
}

/** All clones of this machine share it. */
function bringNode(clone, chosen, cache, share) {
  const install = (alsoShare) =>
    installNode(clone, chosen, join(cache, "node/.draft"), (pid) =>
      [share, alsoShare].forEach((tell) => tell(pid)),
    );
  return lock.withLock(join(cache, "locks/node"), async (alsoShare) => {
    if (existsSync(chosen.node)) return;
    await step(`node ${chosen.version} from npm`, () => install(alsoShare));
  });
}

/** Its checksum stands in tools/node/package-lock.json, and `npm ci` holds npm to it. */
async function installNode(clone, chosen, draft, share) {
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  for (const name of ["package.json", "package-lock.json"])
    cpSync(join(clone, "tools/node", name), join(draft, name));
  const ci = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  await runQuiet("npm", ci, { env: process.env, cwd: draft, share, next: AGAIN });
  const content = join(draft, "node_modules", chosen.package);
  const says = await runQuiet(join(content, "bin/node"), ["--version"], {
    env: process.env,
    cwd: draft,
    share,
    next: AGAIN,
  });
  if (says.trim() !== `v${chosen.version}`) {
    throw new StepFailed(
      `Node from npm: expected v${chosen.version}, found ${says.trim()}. Install Node by hand.`,
    );
  }
  renameSync(content, chosen.folder);
  rmSync(draft, { recursive: true, force: true });
}

/** The npm packages, exactly as in package-lock.json. */
export async function preparePackages(clone, env, share) {
  const stamp = join(clone, "node_modules/.waybill-packages");
  const lock = readFileSync(join(clone, "package-lock.json"));
  const wanted = createHash("sha256")
    .update(lock)
    .update(`${process.platform} ${process.arch}`)
    .digest("hex");
  if (contentOf(stamp) === wanted) return;
  await step("npm packages", async () => {
    const ci = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    await runQuiet("npm", ci, { env, cwd: clone, share, next: AGAIN });
    writeFileSync(stamp, wanted);
  });
}

/** Compiles what changed. Nothing is started when no source and no result has changed since. */
export async function prepareCode(clone, env, share) {
  const stamp = join(clone, "node_modules/.waybill-compiled");
  const { workspaces } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8"));
  const roots = [
    ...workspaces,
    "dist",
    "index.ts",
    "tsconfig.json",
    "tsconfig.base.json",
    "package-lock.json",
  ];
  const { any, lostResult } = changesSince(contentOf(stamp), snapshot(clone, roots));
  if (!any) return;
  await step("compile", async () => {
    // tsc trusts its own notes and would not see that a result is gone.
    const build = ["node_modules/typescript/bin/tsc", "-b", ...(lostResult ? ["--force"] : [])];
    await runQuiet("node", build, { env, cwd: clone, share, next: "Correct the sources named above." });
    const bundle = ["run", "-w", "policy", "bundle", "--if-present"];
    await runQuiet("npm", bundle, { env, cwd: clone, share, next: "Correct the sources named above." });
    writeFileSync(stamp, JSON.stringify(snapshot(clone, roots)));
  });
}

const contentOf = (file) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
