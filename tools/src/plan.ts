import { isReachable } from "./archive";
import type { Machine } from "./machine";
import type { Source, Tool } from "./tool";

export interface Step {
  readonly tool: Tool;
  readonly source: Source;
}

/** Tools that are brought together, because they share their compiling or their download. */
export interface Job {
  readonly name: string;
  readonly kind: Source["kind"];
  readonly steps: readonly Step[];
}

/** In the order of the table: a job stands where its first tool stands. */
export async function plan(machine: Machine, missing: readonly Tool[]): Promise<Job[]> {
  const jobs = new Map<string, Job>();
  for (const tool of missing) {
    const source = await choose(machine, tool);
    const name = nameOf(tool, source);
    jobs.set(name, { name, kind: source.kind, steps: [...(jobs.get(name)?.steps ?? []), { tool, source }] });
  }
  return [...jobs.values()];
}

/** The last source is the one that always works, given its prerequisites; only a download may be out of reach. */
async function choose(machine: Machine, tool: Tool): Promise<Source> {
  for (const source of tool.sources) {
    if (source.kind !== "archive" || (await isReachable(machine, source))) return source;
  }
  throw new RangeError(`the table gives "${tool.name}" no source that always works`);
}

function nameOf(tool: Tool, source: Source): string {
  if (source.kind === "debian") return "debian";
  return source.kind === "go" ? (source.builds[0]?.recipe ?? tool.name) : tool.name;
}
