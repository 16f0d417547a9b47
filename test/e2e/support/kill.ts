import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import type { TestProject } from "./project";

/** An update under way. */
export interface Update {
  /** All that was said so far. */
  output(): string;
  /** Its exit code, once it is over. */
  readonly ended: Promise<number | null>;
  /** kill -9 of pulumi and of all that it started, at one instant. */
  kill(): Promise<void>;
}

export function startUp(project: TestProject, stack: string, ...args: string[]): Update {
  const words = ["up", "--yes", "--skip-preview", "--non-interactive", "--color", "never", ...args];
  const child = spawn("pulumi", [...words, ...project.at(stack)], {
    cwd: project.folder,
    env: project.environment,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    output: () => output,
    ended,
    kill: async () => {
      killTree(child);
      await ended;
    },
  };
}

/** Stopped first, so that none of them sees another one die. */
function killTree({ pid = 0 }: ChildProcess): void {
  process.kill(pid, "SIGSTOP");
  const family = [pid, ...descendants(pid)];
  for (const one of family) signal(one, "SIGSTOP");
  for (const one of family) signal(one, "SIGKILL");
}

function descendants(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: "SIGSTOP" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
