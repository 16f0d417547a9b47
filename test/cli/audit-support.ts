import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { client } from "../support/registry";
import { inquiry } from "../core/offline/support";
import { inFolder } from "./evidence";
import { waybill } from "./run";

export const DIGEST = `sha256:${"f".repeat(64)}`;
export const PINNED = `registry.example/app:1@${DIGEST}`;
export const pod = (...images: readonly string[]) =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web # the name\nspec:\n  containers:\n${images.map((image, index) => `    - name: c${index}\n      image: ${image}\n`).join("")}`;

let number = 0;
/** A folder of its own with these files. */
export function estate(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = `estate-${number++}`;
  for (const [name, content] of Object.entries(files)) {
    const file = join(inFolder(folder), name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  return folder;
}

export const audit = (argv: readonly string[], stdin = "", environment: NodeJS.ProcessEnv = { PATH: "" }) =>
  waybill(["audit", ...argv], stdin, { now: () => inquiry.now, openRegistry: () => client(), environment });
export const rows = (out: string) =>
  out === ""
    ? []
    : out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);

/** A program on PATH that is a few lines of shell. */
export function program(name: string, script: string): NodeJS.ProcessEnv {
  const folder = inFolder(estate({ [name]: `#!/bin/sh\n${script}\n` }));
  chmodSync(join(folder, name), 0o755);
  return { PATH: `${folder}:/usr/bin:/bin` };
}
