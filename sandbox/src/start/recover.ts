import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  allProcesses,
  isAlive,
  killAll,
  type Process,
  readCommand,
  readEnvironment,
  readProcess,
} from "../host/processes";
import { mustPulumi, settingsOf, type Asking, type Project } from "./pulumi";

/** What a killed run left behind is put right before the next one begins. */
export async function recover(
  project: Project,
  stack: string,
  say: (line: string) => void,
  asking: Asking,
): Promise<void> {
  const engine = await waitForEngine(project, stack, say, asking);
  await killAll(orphans(project));
  if (engine === "dead") {
    say(`${stack}: an earlier run was killed; taking its lock away`);
    await mustPulumi(project, ["cancel", "--yes", "--stack", stack], asking);
  }
  const state = await mustPulumi(project, ["stack", "export", "--stack", stack], asking);
  const { deployment } = JSON.parse(state) as { deployment: { pending_operations?: unknown[] } | null };
  const pending = deployment?.pending_operations?.length ?? 0;
  if (pending === 0) return;
  say(
    `${stack}: an earlier run was killed in the middle of ${pending} operations; looking what became of them`,
  );
  await mustPulumi(
    project,
    ["refresh", "--yes", "--skip-preview", "--clear-pending-creates", ...settingsOf(project, stack)],
    asking,
  );
}

/** The lock of a living engine is respected: it is at work, and will be done soon. */
async function waitForEngine(
  project: Project,
  stack: string,
  say: (line: string) => void,
  { signal }: Asking,
): Promise<"none" | "dead"> {
  for (let told = false; ; told = true) {
    const holders = lockHolders(project, stack);
    if (holders.length === 0) return "none";
    const alive = holders.find(isEngine);
    if (alive === undefined) return "dead";
    if (!told) say(`${stack}: waiting for the pulumi update that is under way (pid ${alive})`);
    await delay(500, undefined, signal && { signal });
  }
}

/** The file backend names the holder of a stack's lock in a file of its own. */
function lockHolders({ environment }: Project, stack: string): number[] {
  const backend = (environment["PULUMI_BACKEND_URL"] ?? "").replace(/^file:\/\//, "");
  const locks = join(backend, ".pulumi", "locks");
  return listFiles(locks)
    .filter((file) => file.includes(`/${stack}/`))
    .flatMap((file) => {
      try {
        return [(JSON.parse(readFileSync(file, "utf8")) as { pid: number }).pid];
      } catch {
        // Half-written by a process that was killed: nobody's lock.
        return [-1];
      }
    });
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}

function isEngine(pid: number): boolean {
  const process = pid > 0 ? readProcess(pid) : undefined;
  return process !== undefined && isAlive(process) && programOf(pid) === "pulumi";
}

const helpers = /pulumi-(?:language|resource|analyzer)-|pulumi\/cmd\/run|kubernetes-provider\/main\.js/;

/** Language hosts, providers and packs outlive a killed engine and go on with what it asked for. */
function orphans({ environment }: Project): Process[] {
  const all = new Map(allProcesses().map((process) => [process.pid, process]));
  const hasEngine = (process: Process | undefined): boolean =>
    process !== undefined && (programOf(process.pid) === "pulumi" || hasEngine(all.get(process.parent)));
  return [...all.values()].filter(
    ({ pid, parent, running }) =>
      running &&
      helpers.test(readCommand(pid).join(" ")) &&
      readEnvironment(pid).includes(`PULUMI_HOME=${environment["PULUMI_HOME"] ?? ""}`) &&
      !hasEngine(all.get(parent)),
  );
}

function programOf(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return "";
  }
}
