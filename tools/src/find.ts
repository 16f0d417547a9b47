import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { keptAt } from "./cache";
import { onPath, type Machine } from "./machine";
import { run } from "./run";
import { programOf, type Check, type Tool } from "./tool";
import { isWithin, versionIn, type Version } from "./version";

export interface Located {
  readonly name: string;
  readonly path: string;
  readonly from: "PATH" | "cache";
}

/** A program that fits and is there already: on PATH first, then what an earlier run has brought. */
export async function find(machine: Machine, tool: Tool): Promise<Located | undefined> {
  if (tool.check !== undefined) {
    for (const path of onPath(machine, programOf(tool))) {
      if (await fits(machine, tool, tool.check, path)) return { name: tool.name, path, from: "PATH" };
    }
  }
  for (const source of tool.sources) {
    const folder = keptAt(machine, tool, source);
    if (existsSync(folder))
      return { name: tool.name, path: join(folder, "bin", programOf(tool)), from: "cache" };
  }
  return undefined;
}

async function fits(machine: Machine, tool: Tool, check: Check, path: string): Promise<boolean> {
  const folders = [dirname(path), dirname(realpathSync(path))];
  const alone = (tool.companions ?? []).some(
    (name) => !folders.some((folder) => existsSync(join(folder, name))),
  );
  if (alone) return false;
  const version = await askVersion(machine, check, path);
  return version !== undefined && isWithin(version, check.fits);
}

/** Undefined where the program does not run, fails, or says nothing that looks like a version. */
export async function askVersion(machine: Machine, check: Check, path: string): Promise<Version | undefined> {
  const { code, output } = await run(machine, [path, ...check.ask], { timeout: 10_000 });
  return code === 0 ? versionIn(output) : undefined;
}
