import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { onPath, type Machine } from "./machine";
import { flagsOf, readRecipe } from "./recipe";
import { mustRun, run } from "./run";
import type { GoBuild, GoSource } from "./tool";
import { versionIn } from "./version";

/** Where Go is often installed without being on PATH. */
const GO_PLACES = ["/usr/local/go/bin", "/usr/lib/go-1.26/bin"];
const NEXT = `Check that the Go module proxy (GOPROXY) can be reached, and run the same command again: what is compiled is kept.`;

export const GO_NEEDED = { from: "1.26", before: "2" };

/** The first Go of the machine, with its version. */
export async function findGo(machine: Machine): Promise<{ path: string; version: string } | undefined> {
  const path = onPath(machine, "go", GO_PLACES)[0];
  if (path === undefined) return undefined;
  const { output } = await run(machine, [path, "version"], { timeout: 10_000 });
  return { path, version: versionIn(output)?.join(".") ?? "unknown" };
}

/** Its folders for sources and compiled packages. */
export async function goFolders(machine: Machine, go: string): Promise<string[]> {
  const { code, output } = await run(machine, [go, "env", "GOMODCACHE", "GOCACHE"], { timeout: 10_000 });
  return code === 0 ? output.split("\n").filter((line) => line.startsWith("/")) : [];
}

export interface Wanted {
  readonly name: string;
  readonly source: GoSource;
}

/** Builds everything wanted and leaves it as `<draft>/<name>/bin/<program>`. */
export async function buildGo(
  machine: Machine,
  go: string,
  wanted: readonly Wanted[],
  draft: string,
  signal: AbortSignal,
) {
  const builds = wanted.flatMap(({ source }) => source.builds);
  const about = wanted.map(({ name }) => name).join(", ");
  for (const recipe of new Set(builds.map((build) => build.recipe))) {
    const some = builds.filter((build) => build.recipe === recipe);
    const argv = [go, "build", ...flagsOf(readRecipe(machine, recipe)), "-o", outputFor(some, draft)];
    const options = { cwd: join(machine.recipes, recipe), env: goEnv(machine), signal, about, next: NEXT };
    await mustRun(machine, [...argv, ...some.map((build) => build.package)], options);
  }
  for (const { name, source } of wanted) {
    const bin = join(draft, name, "bin");
    mkdirSync(bin, { recursive: true });
    for (const { program } of source.builds) renameSync(join(draft, "out", program), join(bin, program));
    for (const copy of source.copies ?? []) await copyFromModule(machine, go, copy, bin);
  }
}

/** Go names a program after the last part of its package, which may be "v3": one alone is given its name. */
function outputFor(builds: readonly GoBuild[], draft: string): string {
  const folder = join(draft, "out");
  if (!existsSync(folder)) mkdirSync(folder);
  return builds.length === 1 && builds[0] !== undefined ? join(folder, builds[0].program) : `${folder}/`;
}

type Copy = NonNullable<GoSource["copies"]>[number];

async function copyFromModule(machine: Machine, go: string, copy: Copy, bin: string): Promise<void> {
  const argv = [go, "list", "-m", "-f", "{{.Dir}}", copy.module];
  const options = {
    cwd: join(machine.recipes, copy.recipe),
    env: goEnv(machine),
    about: copy.module,
    next: NEXT,
  };
  const folder = (await mustRun(machine, argv, options)).trim();
  const file = join(bin, basename(copy.path));
  copyFileSync(join(folder, copy.path), file);
  chmodSync(file, 0o755);
}

/** Nothing of the user's own Go settings may change what comes out; where modules come from stays theirs. */
function goEnv(machine: Machine): NodeJS.ProcessEnv {
  const arch = machine.arch === "x64" ? "amd64" : machine.arch;
  const flags = "-mod=readonly -trimpath -buildvcs=false";
  return {
    ...machine.env,
    GOFLAGS: flags,
    GOWORK: "off",
    GO111MODULE: "on",
    CGO_ENABLED: "0",
    GOOS: machine.platform,
    GOARCH: arch,
  };
}
