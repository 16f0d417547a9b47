import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A process, told apart from a later one with the same pid by when it began. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks since boot, field 22 of proc_pid_stat(5). */
  readonly started: string;
  readonly running: boolean;
}

export interface MarkedProcess extends Process {
  readonly part: string;
}

/**
 * Every process of a sandbox carries its folder and part in its environment, and so do its children. They are
 * found by that mark and not by remembered pids: a pid that another program got later is never taken for
 * ours, and what a killed `up` had started but not yet written down is found as well.
 */
export const FOLDER_MARK = "WAYBILL_SANDBOX_FOLDER";
export const PART_MARK = "WAYBILL_SANDBOX_PART";

/** Fields of /proc/<pid>/stat; the command's name in brackets may itself hold spaces and brackets. */
export function parseStat(text: string): Process {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent = ""] = fields;
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(parent),
    started: fields[19] ?? "",
    running: state !== "Z" && state !== "X",
  };
}

export function readProcess(pid: number): Process | undefined {
  const text = readProc(pid, "stat");
  return text === undefined ? undefined : parseStat(text);
}

export function isAlive(process: Pick<Process, "pid" | "started">): boolean {
  const now = readProcess(process.pid);
  return now?.running === true && now.started === process.started;
}

export function allProcesses(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((process) => process !== undefined);
}

export function markOf(variables: readonly string[], folder: string): string | undefined {
  if (!variables.includes(`${FOLDER_MARK}=${folder}`)) return undefined;
  return variables.find((variable) => variable.startsWith(`${PART_MARK}=`))?.slice(PART_MARK.length + 1);
}

export function markedProcesses(folder: string): MarkedProcess[] {
  return allProcesses().flatMap((process) => {
    const part = process.running ? markOf(readEnvironment(process.pid), folder) : undefined;
    return part === undefined ? [] : [{ ...process, part }];
  });
}

/** The words with which a process was started; none if it has ended. */
export function readCommand(pid: number): string[] {
  return (readProc(pid, "cmdline") ?? "").split("\0").slice(0, -1);
}

/** The variables with which a process was started, as NAME=value. */
export function readEnvironment(pid: number): string[] {
  return (readProc(pid, "environ") ?? "").split("\0");
}

/** Bytes of memory that would be free without it: shared pages count in part (proc_pid_smaps_rollup). */
export function readMemory(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readProc(pid, "smaps_rollup") ?? "")?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** The processes given and all below them, such as the containers of a cluster, which carry no mark. */
export function withDescendants(roots: readonly Process[], all = allProcesses()): Process[] {
  const found = new Map(roots.map((root) => [root.pid, root]));
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const process of all) if (found.has(process.parent)) found.set(process.pid, process);
  }
  return [...found.values()];
}

/** Kills at once: every part keeps its data safe against that, and it cannot hang. */
export async function killAll(processes: readonly Process[], patience = 10_000): Promise<void> {
  const deadline = Date.now() + patience;
  let left = processes.filter(isAlive);
  left.forEach(kill);
  while (left.length > 0) {
    if (Date.now() > deadline)
      throw new Error(`still alive after SIGKILL: ${left.map((p) => p.pid).join(", ")}`);
    await delay(10);
    left = left.filter(isAlive);
  }
}

function kill({ pid }: Process): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A process may end while it is read, and those of other users cannot be read. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}
