import { accessSync, constants, existsSync, mkdirSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { findGo, goFolders, GO_NEEDED } from "./go";
import { onPath, type Machine } from "./machine";
import type { Job } from "./plan";
import { ToolsError } from "./problem";
import { readRecipe } from "./recipe";
import { isWithin, versionIn } from "./version";

/** Finds everything that is missing before any work is done, and names it together with the way to get it. */
export async function requirePrerequisites(machine: Machine, jobs: readonly Job[]): Promise<void> {
  if (jobs.length === 0) return;
  const missing = [
    ...missingSystem(machine),
    ...missingCommands(machine, jobs),
    ...(await missingGo(machine, jobs)),
    ...missingCache(machine),
  ];
  if (missing.length === 0) return;
  const names = jobs.flatMap((job) => job.steps.map(({ tool }) => tool.name));
  throw new ToolsError("MISSING_PREREQUISITES", {
    about: names.join(", "),
    expected: "everything that it takes to bring these programs",
    found: `${missing.length} ${missing.length === 1 ? "thing" : "things"} missing`,
    next: `Nothing was changed. Get what follows and run the same command again:\n${missing.map((line) => `  - ${line}`).join("\n")}`,
  });
}

function missingSystem({ platform, arch }: Machine): string[] {
  if (platform === "linux" && ["x64", "arm64"].includes(arch)) return [];
  return [
    `Linux on x64 or arm64 (found ${platform} on ${arch}): the README says how to use a cluster and a registry of your own`,
  ];
}

function missingCommands(machine: Machine, jobs: readonly Job[]): string[] {
  const needed: Record<Job["kind"], Record<string, string>> = {
    go: {},
    debian: {
      "apt-get":
        "Debian's or Ubuntu's package tool; elsewhere install containerd, runc and nftables so that they stand on PATH",
      dpkg: "Debian's or Ubuntu's package tool",
    },
    archive: { tar: "apt-get install tar" },
  };
  const commands = new Map(jobs.flatMap((job) => Object.entries(needed[job.kind])));
  return [...commands]
    .filter(([name]) => onPath(machine, name).length === 0)
    .map(([name, way]) => `${name}: ${way}`);
}

async function missingGo(machine: Machine, jobs: readonly Job[]): Promise<string[]> {
  const builds = jobs
    .flatMap((job) => job.steps)
    .flatMap(({ source }) => (source.kind === "go" ? source.builds : []));
  if (builds.length === 0) return [];
  const go = await findGo(machine);
  const version = versionIn(go?.version ?? "");
  if (go === undefined || version === undefined || !isWithin(version, GO_NEEDED)) {
    const found = go === undefined ? "none" : `${go.version} at ${go.path}`;
    return [
      `Go ${GO_NEEDED.from} or newer (found ${found}): https://go.dev/dl, or "apt-get install golang-1.26" where that exists`,
    ];
  }
  const recipes = [...new Set(builds.map((build) => build.recipe))];
  const needed = recipes.reduce((sum, recipe) => sum + readRecipe(machine, recipe).megabytes, 0);
  return missingSpace([...(await goFolders(machine, go.path)), machine.cache], needed);
}

function missingSpace(folders: readonly string[], megabytes: number): string[] {
  const full = folders.filter((folder) => {
    const { bavail, bsize } = statfsSync(existing(folder));
    return (bavail * bsize) / 1e6 < megabytes;
  });
  if (full.length === 0) return [];
  return [
    `${megabytes} MB of free space for ${full.join(" and ")}: free some, or set WAYBILL_CACHE, GOCACHE and GOMODCACHE elsewhere`,
  ];
}

function missingCache({ cache }: Machine): string[] {
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
    return [];
  } catch {
    return [`a folder that can be written (found ${cache}): set WAYBILL_CACHE to one`];
  }
}

const existing = (folder: string): string => (existsSync(folder) ? folder : existing(dirname(folder)));
