import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheRoot } from "../setup/runtime.js";

/** Everything that this room reads from its surroundings, so that tests can bring their own. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: string;
  readonly arch: string;
  /** The distribution and its version, as Debian packages differ between them. */
  readonly distribution: string;
  readonly cache: string;
  /** The folder of the tracked Go recipes. */
  readonly recipes: string;
  /** Milliseconds between two signs of life of a long build. */
  readonly stillRunningEvery: number;
  /** Milliseconds after which a site without an answer counts as out of reach. */
  readonly reachableWithin: number;
}

export function thisMachine(): Machine {
  return {
    env: process.env,
    platform: process.platform,
    arch: process.arch,
    distribution: distribution(),
    cache: cacheRoot(),
    recipes: join(__dirname, "../go"),
    stillRunningEvery: 20_000,
    reachableWithin: 3_000,
  };
}

function distribution(): string {
  const file = "/etc/os-release";
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const value = (key: string) => new RegExp(`^${key}="?([^"\\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  return `${value("ID")}${value("VERSION_ID")}`;
}

/** Every place where a program of this name stands, in the order of PATH. */
export function onPath(machine: Machine, program: string, alsoIn: readonly string[] = []): string[] {
  const folders = [
    ...(machine.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""),
    ...alsoIn,
  ];
  return [...new Set(folders)].map((folder) => join(folder, program)).filter((path) => existsSync(path));
}
