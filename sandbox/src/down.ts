import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { removeCgroups } from "./host/cgroups";
import { assertLinuxRoot, thisMachine } from "./host/preflight";
import { allProcesses, killAll, markedProcesses, readCommand, withDescendants } from "./host/processes";
import { withLock } from "./lock";
import { buildsCgroup } from "./parts/buildkit";
import { clearCluster } from "./parts/cluster";
import { stopPart } from "./parts/part";
import { type Place, placeOf, type SandboxOptions } from "./place";
import type { Report } from "./programs";

/** Ends everything and removes every trace, whatever state it is in. Built tools stay for the next time. */
export async function down(options: SandboxOptions, report: Report = () => undefined): Promise<void> {
  assertLinuxRoot(thisMachine());
  const place = placeOf(options);
  if (!isThere(place)) {
    report(`There is no sandbox on port ${place.port}.`);
    return;
  }
  await withLock(place.lock, "down", () => removeAll(place));
  report(`Sandbox on port ${place.port} is down, its folder ${place.folder} is removed.`);
}

/** Somebody may have removed the folder and left the processes. */
function isThere(place: Place): boolean {
  return existsSync(place.folder) || existsSync(place.lock) || markedProcesses(place.folder).length > 0;
}

/** For who holds the lock. */
export async function removeAll(place: Place): Promise<void> {
  await stopPart(place);
  await stopPlugins(place);
  await clearCluster(place);
  await removeCgroups(buildsCgroup(place));
  rmSync(place.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Plugins and language hosts outlive a Pulumi CLI that was killed. The engine starts them by their paths in the sandbox. */
async function stopPlugins(place: Place): Promise<void> {
  const homes = [path.join(place.pulumiHome, "plugins"), place.bin].map((folder) => folder + path.sep);
  const all = allProcesses();
  const ours = all.filter(({ pid }) =>
    readCommand(pid)
      .slice(0, 2)
      .some((word) => homes.some((home) => word.startsWith(home))),
  );
  if (ours.length > 0) await killAll(withDescendants(ours, all));
}
