import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { StepFailed, stopTogether } from "./setup/children.mjs";
import { JOBS } from "./setup/jobs.mjs";
import lock from "./setup/lock.js";
import { prepareCode, prepareNode, preparePackages } from "./setup/prepare.mjs";
import runtime from "./setup/runtime.js";

/** Every npm script starts here, right after the clone: sets up what is missing, then does the job. */
async function main([name, ...args]) {
  const job = JOBS[name];
  if (job === undefined)
    throw new StepFailed(`Job: expected one of ${Object.keys(JOBS).join(", ")}, found "${name}".`);
  requireCommands();
  stopTogether();
  const clone = realpathSync(dirname(dirname(fileURLToPath(import.meta.url))));
  const env = await prepare(clone);
  return job({ clone, env }, args);
}

/** Two set-ups in one clone take turns: the second finds everything done. */
function prepare(clone) {
  const id = createHash("sha256").update(clone).digest("hex").slice(0, 12);
  const waiting = (pid) => console.log(`waiting for process ${pid}, which sets up this clone`);
  const work = async (share) => {
    const env = await prepareNode(clone, share);
    await preparePackages(clone, env, share);
    await prepareCode(clone, env, share);
    return env;
  };
  return lock.withLock(join(runtime.cacheRoot(), "locks", `clone-${id}`), work, waiting);
}

function requireCommands() {
  const found = (name) => process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, name)));
  const missing = Object.entries({
    git: "https://git-scm.com/downloads, or: apt-get install git",
    npm: "it comes with Node: https://nodejs.org/en/download, or: apt-get install npm",
  }).filter(([name]) => !found(name));
  if (missing.length === 0) return;
  throw new StepFailed(["Missing on PATH:", ...missing.map(([name, way]) => `  ${name}: ${way}`)].join("\n"));
}

function explain(error) {
  if (error instanceof StepFailed) return error.message;
  const aboutDisk = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOSPC"].includes(error.code);
  return aboutDisk
    ? `${error.message}: check its rights and the free space, or set WAYBILL_CACHE to another folder.`
    : error;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(explain(error));
    process.exit(1);
  },
);
