import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SandboxError } from "../error";
import {
  allProcesses,
  FOLDER_MARK,
  isAlive,
  killAll,
  markedProcesses,
  PART_MARK,
  readCommand,
  type Process,
  withDescendants,
} from "../host/processes";
import type { Place } from "../place";

export const PART_NAMES = ["registry", "timestamp", "buildkit", "cluster"] as const;
export type PartName = (typeof PART_NAMES)[number];

/** What can be asked about a part without knowing how it is started. */
export interface PartView {
  readonly name: PartName;
  readonly address: string;
  readonly isReady: () => Promise<boolean>;
}

/** One long-running part of the sandbox: one process, everything else of it below that one. */
export interface Part extends PartView {
  readonly command: readonly string[];
  /** Folders to look for programs in, before those of the machine. */
  readonly searchPath?: readonly string[];
  /** Makes what it needs before it starts and clears what a killed one left. */
  readonly prepare: () => Promise<void>;
}

export type StartResult = "started" | "kept";

/** A new part may have to start on a busy machine; one that runs and has stopped answering is lost sooner. */
const START_MS = 90_000;
const ANSWER_MS = 20_000;

/** Leaves a healthy part alone, and replaces one that is dead, does not answer, or is not what it should be. */
export async function ensurePart(place: Place, part: Part): Promise<StartResult> {
  const old = mainProcess(place, part.name);
  if (old !== undefined && isSame(old, part.command) && (await becomesReady(part, old, ANSWER_MS)))
    return "kept";
  await stopPart(place, part.name);
  await part.prepare();
  const main = startProcess(place, part);
  if (await becomesReady(part, main, START_MS)) return "started";
  throw failed(place, part, isAlive(main) ? `no answer within ${START_MS / 1000} s` : "that it ended");
}

/** The part's first process: the one whose parent does not carry the part's mark. */
export function mainProcess(place: Place, name: PartName): Process | undefined {
  const marked = markedProcesses(place.folder).filter(({ part }) => part === name);
  const pids = new Set(marked.map(({ pid }) => pid));
  return marked.find(({ parent }) => !pids.has(parent));
}

/** Ends a part, or everything of the sandbox. */
export async function stopPart(place: Place, name?: PartName): Promise<void> {
  const marked = markedProcesses(place.folder).filter(({ part }) => name === undefined || part === name);
  if (marked.length > 0) await killAll(withDescendants(marked, allProcesses()));
}

export const logOf = (place: Place, name: string): string => path.join(place.logs, `${name}.log`);

function startProcess(place: Place, { name, command, searchPath = [] }: Part): Process {
  mkdirSync(place.logs, { recursive: true, mode: 0o700 });
  const log = openSync(logOf(place, name), "w", 0o600);
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    detached: true,
    cwd: place.folder,
    stdio: ["ignore", log, log],
    env: {
      PATH: [...searchPath, process.env["PATH"]].join(path.delimiter),
      HOME: process.env["HOME"],
      [FOLDER_MARK]: place.folder,
      [PART_MARK]: name,
    },
  });
  closeSync(log);
  child.on("error", () => undefined); // it then has no pid, which is seen below
  child.unref();
  const started = child.pid === undefined ? undefined : allProcesses().find(({ pid }) => pid === child.pid);
  if (started === undefined) throw failed(place, { name, command }, "that it did not start");
  return started;
}

async function becomesReady(part: Part, main: Process, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience;
  while (isAlive(main) && Date.now() < deadline) {
    if (await part.isReady()) return true;
    await delay(50);
  }
  return false;
}

/** A clone that was updated wants another program or other arguments than those that run. */
function isSame(main: Process, command: readonly string[]): boolean {
  return JSON.stringify(readCommand(main.pid)) === JSON.stringify(command);
}

function failed(
  place: Place,
  { name, command }: Pick<Part, "name" | "command">,
  found: string,
): SandboxError {
  const log = readFileSync(logOf(place, name), "utf8").trimEnd();
  const last = log === "" ? "" : `. The end of its log:\n  ${log.split("\n").slice(-8).join("\n  ")}\n`;
  return new SandboxError("part-failed", {
    about: `the sandbox's ${name} (${command[0] ?? ""})`,
    expected: "it to run and answer",
    found: `${found}${last}`,
    next: `All logs are in ${place.logs}. \`npm run sandbox -- up\` tries again, \`npm run sandbox -- down\` removes it.`,
  });
}
