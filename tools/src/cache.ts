import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { withLock } from "../setup/lock.js";
import type { Machine } from "./machine";
import { GO_FLAGS } from "./recipe";
import type { Source, Tool } from "./tool";

/** Where a tool is kept once it is whole. The folder is moved here in one step, so that it is there whole or not at all. */
export function keptAt(machine: Machine, tool: Tool, source: Source): string {
  const version = source.kind === "debian" ? machine.distribution : source.version;
  return join(machine.cache, "tools", `${tool.name}-${version}-${fingerprint(machine, tool, source)}`);
}

export function keep(machine: Machine, tool: Tool, source: Source, draft: string): void {
  const place = keptAt(machine, tool, source);
  if (existsSync(place)) return; // a set-up in another container, to which our lock says nothing, was quicker
  mkdirSync(dirname(place), { recursive: true });
  renameSync(draft, place);
}

/** Runs `work` with an empty folder of its own, one process at a time for the same job. */
export function inDraft(
  machine: Machine,
  job: string,
  onWait: (pid: number) => void,
  work: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = join(machine.cache, "drafts", job);
  const locked = async () => {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    try {
      await work(draft);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  };
  return withLock(join(machine.cache, "locks", `tools-${job}`), locked, onWait);
}

/** Changes with everything that decides what comes out. */
function fingerprint(machine: Machine, tool: Tool, source: Source): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([tool.name, source, GO_FLAGS, machine.platform, machine.arch]));
  for (const recipe of source.kind === "go" ? source.builds.map((build) => build.recipe) : []) {
    const folder = join(machine.recipes, recipe);
    for (const file of filesOf(folder)) hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  }
  return hash.digest("hex").slice(0, 12);
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
