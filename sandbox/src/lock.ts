import { linkSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SandboxError } from "./error";
import { isAlive, readProcess } from "./host/processes";

interface Holder {
  readonly pid: number;
  readonly started: string;
  readonly doing: string;
}

/** Holds the sandbox's lock while `work` runs; refuses if another living process holds it. */
export async function withLock<T>(file: string, doing: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  takeLock(file, doing);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
    removeIfEmpty(path.dirname(file));
  }
}

function takeLock(file: string, doing: string): void {
  const mine: Holder = { pid: process.pid, started: readProcess(process.pid)?.started ?? "", doing };
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    while (!tryLink(draft, file)) removeStale(file, draft);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A link appears with its whole content or not at all, so nobody ever reads a half-written lock. */
function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Takes a dead process's lock away by renaming it, so that of two who see it dead only one removes it. */
function removeStale(file: string, draft: string): void {
  const holder = readHolder(file);
  if (holder === undefined) return;
  if (isAlive(holder)) throw busy(file, holder);
  const aside = `${draft}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return;
  }
  const moved = readHolder(aside);
  // Between the look and the move another process may have locked anew: give that lock back.
  if (moved !== undefined && isAlive(moved)) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new SandboxError(
      "bad-state",
      {
        about: `the lock ${file}`,
        expected: "what `up` wrote there",
        found: "something else",
        next: "Remove it.",
      },
      { cause: error },
    );
  }
}

function busy(file: string, holder: Holder): SandboxError {
  return new SandboxError("busy", {
    about: `the sandbox of ${path.basename(file, ".lock")}`,
    expected: "one command at a time",
    found: `\`${holder.doing}\` still at work, pid ${holder.pid}`,
    next: "Wait for it, or end it; the next command carries on from whatever it left.",
  });
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something else is in it, such as the sandbox itself.
  }
}
