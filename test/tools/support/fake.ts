import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Machine } from "../../../tools/src/machine";
import type { GoSource, Tool } from "../../../tools/src/tool";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder that is gone after the test file. */
export function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), "waybill-tools-"));
  folders.push(folder);
  return folder;
}

export function script(file: string, body: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A machine of its own: nothing on PATH but the shell's own tools, an empty cache, and recipes for a fake Go. */
export function fakeMachine(root: string, recipes: readonly string[] = ["hello"]): Machine {
  for (const recipe of recipes) {
    mkdirSync(join(root, "go", recipe), { recursive: true });
    writeFileSync(join(root, "go", recipe, "recipe.json"), `{ "linkerValues": {}, "megabytes": 1 }`);
  }
  return {
    env: { PATH: `${root}/bin:/usr/bin:/bin`, LOG: join(root, "log") },
    platform: "linux",
    arch: "x64",
    distribution: "debian12",
    cache: join(root, "cache"),
    recipes: join(root, "go"),
    stillRunningEvery: 60_000,
    reachableWithin: 2_000,
  };
}

/** Writes what it was asked into $LOG; `build` runs before every program is made. */
export function fakeGo(
  root: string,
  { version = "1.26.1", build = "", program = "echo hello version 1.2.3" } = {},
): void {
  script(
    join(root, "bin/go"),
    `case "$1" in
version) echo "go version go${version} linux/amd64" ;;
env) echo ${root}; echo ${root} ;;
build)
  ${build}
  while [ "$1" != -o ]; do shift; done
  echo "build $GOFLAGS $3" >> "$LOG"
  printf '#!/bin/sh\\n${program}\\n' > "$2"
  chmod +x "$2" ;;
esac`,
  );
}

export const log = (root: string): string[] =>
  existsSync(join(root, "log")) ? readFileSync(join(root, "log"), "utf8").trim().split("\n") : [];

export const hello: Tool & { readonly sources: readonly [GoSource] } = {
  name: "hello",
  check: { ask: ["--version"], fits: { from: "1.2", before: "2" } },
  sources: [
    {
      kind: "go",
      version: "1.2.3",
      builds: [{ recipe: "hello", package: "example.com/hello", program: "hello" }],
    },
  ],
};
