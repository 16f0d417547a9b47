import { ensure } from "./ensure";
import { thisMachine } from "./machine";
import type { Report } from "./running";
import { rowsOf, type ToolName } from "./table";

export type { Report } from "./running";
export { ToolsError, type Problem, type ToolsCode } from "./problem";
export { toolNames, type ToolName } from "./table";
export { withLock } from "../setup/lock.js";
export { cacheRoot } from "../setup/runtime.js";

/**
 * Paths of the named programs; what is missing is brought first, and `report` gets a line for each step.
 * The companions of a program (`ctr` of containerd, the language host of pulumi, the other plugins of cni) stand in its folder.
 */
export async function ensureTools(
  names: readonly ToolName[],
  report: Report,
): Promise<Map<ToolName, string>> {
  const located = await ensure(thisMachine(), rowsOf(names), report);
  return new Map(located.map(({ name, path }) => [name as ToolName, path]));
}
