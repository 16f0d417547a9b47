import { spawn, type ChildProcess } from "node:child_process";
import { buildSync } from "esbuild";
import { existsSync, watch } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Machine } from "../../../tools/src/machine";
import type { Tool } from "../../../tools/src/tool";
import { temporary } from "./fake";

const ENTRY = `
const { ensure } = require("./ensure");
const [machine, tools] = JSON.parse(process.argv[2]);
ensure(machine, tools, console.log).then(() => process.exit(0), (error) => { console.log(error.message); process.exit(1); });
`;

let program: string | undefined;

/** The real code in a process of its own, which can be killed. */
export function ensureInChild(machine: Machine, tools: readonly Tool[]): ChildProcess {
  program ??= bundle(ENTRY, "tools/src");
  const { PATH } = process.env;
  return spawn(process.execPath, [program, JSON.stringify([machine, tools])], {
    env: { PATH },
    stdio: "pipe",
  });
}

export function bundle(contents: string, folder: string): string {
  const outfile = join(temporary(), "child.js");
  const resolveDir = join(__dirname, "../../..", folder);
  buildSync({ stdin: { contents, resolveDir, loader: "ts" }, bundle: true, platform: "node", outfile });
  return outfile;
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

export function end(child: ChildProcess): Promise<Ended> {
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

/** Resolves once the file is there. */
export function appearance(file: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(file), (_, name) => {
      if (name === basename(file)) done();
    });
    const done = () => {
      watcher.close();
      resolve();
    };
    if (existsSync(file)) done();
  });
}
