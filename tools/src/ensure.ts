import { existsSync } from "node:fs";
import { join } from "node:path";
import { unpackArchive } from "./archive";
import { inDraft, keep, keptAt } from "./cache";
import { unpackDebian } from "./debian";
import { askVersion, find, type Located } from "./find";
import { buildGo, findGo, type Wanted } from "./go";
import type { Machine } from "./machine";
import { plan, type Job, type Step } from "./plan";
import { requirePrerequisites } from "./prerequisites";
import { ToolsError } from "./problem";
import { Running, type Report } from "./running";
import { programsOf, type Tool } from "./tool";

/** Compilers use all processors; a second job fills their pauses for downloads and linking. */
const JOBS_AT_ONCE = 2;

/** Finds every tool, and brings those that are missing. */
export async function ensure(machine: Machine, tools: readonly Tool[], report: Report): Promise<Located[]> {
  const found = await Promise.all(tools.map((tool) => find(machine, tool)));
  const jobs = await plan(
    machine,
    tools.filter((_, index) => found[index] === undefined),
  );
  await requirePrerequisites(machine, jobs);
  const running = new Running(machine.stillRunningEvery, report);
  await runAll(jobs, (job, signal) => bring(machine, job, running, signal));
  return Promise.all(tools.map(async (tool, index) => found[index] ?? (await brought(machine, tool))));
}

async function brought(machine: Machine, tool: Tool): Promise<Located> {
  const located = await find(machine, tool);
  if (located === undefined) throw new RangeError(`"${tool.name}" was brought and is not there`);
  return located;
}

/** The first failure stops the other jobs and is the one reported. */
async function runAll(
  jobs: readonly Job[],
  work: (job: Job, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const queue = [...jobs];
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined && !stop.signal.aborted; job = queue.shift())
      await work(job, stop.signal);
  };
  const workers = Array.from({ length: JOBS_AT_ONCE }, () =>
    worker().catch((error: unknown) => stop.abort(error)),
  );
  await Promise.all(workers);
  stop.signal.throwIfAborted();
}

async function bring(machine: Machine, job: Job, running: Running, signal: AbortSignal): Promise<void> {
  const onWait = (pid: number) =>
    running.report(`waiting for process ${pid}, which brings ${namesOf(job.steps)}`);
  await inDraft(machine, job.name, onWait, async (draft) => {
    const steps = job.steps.filter(({ tool, source }) => !existsSync(keptAt(machine, tool, source)));
    if (steps.length === 0) return; // whoever held the lock has brought them
    await running.during(job.name, `${VERBS[job.kind]} ${namesOf(steps)}`, () =>
      make(machine, steps, draft, signal),
    );
    for (const { tool, source } of steps) {
      await prove(machine, tool, join(draft, tool.name, "bin"));
      keep(machine, tool, source, join(draft, tool.name));
    }
  });
}

const VERBS: Record<Job["kind"], string> = {
  go: "building (only the first time)",
  debian: "unpacking the distribution's packages of",
  archive: "downloading",
};

const namesOf = (steps: readonly Step[]): string => steps.map(({ tool }) => tool.name).join(", ");

async function make(
  machine: Machine,
  steps: readonly Step[],
  draft: string,
  signal: AbortSignal,
): Promise<void> {
  const wanted: Wanted[] = [];
  for (const { tool, source } of steps) {
    if (source.kind === "archive") await unpackArchive(machine, tool.name, source, draft, signal);
    if (source.kind === "go") wanted.push({ name: tool.name, source });
  }
  const debian = steps.flatMap(({ tool, source }) => (source.kind === "debian" ? [{ tool, source }] : []));
  if (debian.length > 0) await unpackDebian(machine, debian, draft, signal);
  const go = wanted.length > 0 ? await findGo(machine) : undefined;
  if (go !== undefined) await buildGo(machine, go.path, wanted, draft, signal);
}

/** What does not run is not kept: a broken program must not be found again and again. */
async function prove(machine: Machine, tool: Tool, bin: string): Promise<void> {
  const [program = tool.name] = programsOf(tool);
  const lacking = programsOf(tool).filter((name) => !existsSync(join(bin, name)));
  const runs =
    tool.check === undefined || (await askVersion(machine, tool.check, join(bin, program))) !== undefined;
  if (lacking.length === 0 && runs) return;
  throw new ToolsError("DOES_NOT_RUN", {
    about: tool.name,
    expected: `a program that answers to "${[program, ...(tool.check?.ask ?? [])].join(" ")}"`,
    found: lacking.length > 0 ? `that ${lacking.join(", ")} is not there` : "that it fails",
    next: "Install a fitting version by hand, so that it stands on PATH.",
  });
}
