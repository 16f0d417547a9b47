import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { quote } from "@waybill/core/image";
import { CliError } from "../command";

/** The file as it is now, to be handed back when it is written. */
export function readWhole(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const found = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const next = "Name the stack's settings file: --config-file FILE; or make the stack: pulumi stack init.";
    const problem = { about: quote(file), expected: "the settings file of a stack", found, next };
    throw new CliError("file", problem, { cause });
  }
}

/**
 * Writes a file that still is what was read: whole or not at all, and killed at any moment it is either the old one or
 * the new one. Nobody waits for anybody: who comes second is told.
 */
export function swapFile(file: string, before: Buffer, after: Buffer): void {
  const target = realpathSync(file);
  const draft = `${target}.${process.pid}.draft`;
  try {
    sweep(target);
    writeDraft(draft, after, statSync(target).mode);
    if (!readFileSync(target).equals(before)) throw changed(file);
    renameSync(draft, target);
  } catch (cause) {
    rmSync(draft, { force: true });
    if (cause instanceof CliError) throw cause;
    const found = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const problem = { about: quote(file), expected: "a file that can be written", found };
    throw new CliError("file", { ...problem, next: "Make it and its folder writable." }, { cause });
  }
  if (!readFileSync(target).equals(after)) throw changed(file);
}

/** Drafts of processes that were killed. */
function sweep(target: string): void {
  const folder = dirname(target);
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(`${basename(target)}.`) ? /\.(\d+)\.draft$/.exec(name)?.[1] : undefined;
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function writeDraft(draft: string, content: Buffer, mode: number): void {
  const handle = openSync(draft, "w", mode);
  try {
    fchmodSync(handle, mode);
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function changed(file: string): CliError {
  return new CliError("changed", {
    about: quote(file),
    expected: "the file as it was read",
    found: "that somebody changed it meanwhile",
    next: "Look at it, and run the command again.",
  });
}
