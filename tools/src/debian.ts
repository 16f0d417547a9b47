import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Machine } from "./machine";
import { mustRun, run } from "./run";
import { programsOf, type DebianSource, type Tool } from "./tool";
import { ToolsError } from "./problem";

const PROGRAM_FOLDERS = ["usr/bin", "usr/sbin", "bin", "sbin", "usr/lib/cni"];
const NEXT = `Check that the package mirror in /etc/apt can be reached (as root: "apt-get update"), and run the same command again.`;

/** Fetches the packages, checked by apt against its signed lists, and leaves `<draft>/<name>/bin/<program>`. */
export async function unpackDebian(
  machine: Machine,
  wanted: readonly { readonly tool: Tool; readonly source: DebianSource }[],
  draft: string,
  signal: AbortSignal,
): Promise<void> {
  const packages = [...new Set(wanted.flatMap(({ source }) => source.packages))];
  const files = await download(machine, packages, join(draft, "packages"), signal);
  for (const { tool, source } of wanted) {
    const folder = join(draft, tool.name);
    mkdirSync(join(folder, "bin"), { recursive: true });
    for (const name of source.packages) {
      const file = files.find((path) => path.startsWith(`${name}_`)) ?? `${name}.deb`;
      await mustRun(machine, ["dpkg", "-x", join(draft, "packages", file), join(folder, "root")], {
        signal,
        about: name,
        next: NEXT,
      });
    }
    for (const program of programsOf(tool)) expose(tool, folder, program, source.ownLibraries === true);
  }
}

async function download(
  machine: Machine,
  packages: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<string[]> {
  mkdirSync(folder);
  const argv = ["apt-get", "download", ...packages];
  const first = await run(machine, argv, { cwd: folder, signal });
  // The package lists are missing, as in most container images, or name files that the mirror has replaced.
  if (first.code !== 0) {
    await mustRun(machine, ["apt-get", "update"], { signal, about: "package lists", next: NEXT });
    await mustRun(machine, argv, { cwd: folder, signal, about: packages.join(", "), next: NEXT });
  }
  return readdirSync(folder);
}

/** Everything in bin leads to its place by relative paths: the whole folder is moved afterwards. */
function expose(tool: Tool, folder: string, program: string, ownLibraries: boolean): void {
  const place = PROGRAM_FOLDERS.map((under) => join("root", under, program)).find((path) =>
    existsSync(join(folder, path)),
  );
  if (place === undefined) {
    throw new ToolsError("DOES_NOT_RUN", {
      about: tool.name,
      expected: `"${program}" in the distribution's packages`,
      found: "no such program",
      next: "Install it by hand, so that it stands on PATH.",
    });
  }
  const link = join(folder, "bin", program);
  if (!ownLibraries) return symlinkSync(join("..", place), link);
  const libraries = librariesBelow(folder, "root").map((path) => `$here/${path}`);
  const script = `#!/bin/sh\nhere=$(dirname "$(dirname "$(readlink -f "$0")")")\nLD_LIBRARY_PATH=${libraries.join(":")} exec "$here/${place}" "$@"\n`;
  writeFileSync(link, script);
  chmodSync(link, 0o755);
}

function librariesBelow(folder: string, under: string): string[] {
  const entries = readdirSync(join(folder, under), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => /^lib.*\.so\.\d/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return [...new Set(files.map((file) => dirname(file).slice(folder.length + 1)))];
}
