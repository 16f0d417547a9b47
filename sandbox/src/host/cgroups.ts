import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Where control groups are mounted: one place on cgroup v2, one for each controller on v1. */
export function cgroupMounts(mounts = readFileSync("/proc/mounts", "utf8")): string[] {
  return mounts
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , type]) => type === "cgroup" || type === "cgroup2")
    .map(([, folder = ""]) => folder);
}

export function makeCgroups(name: string): void {
  for (const mount of cgroupMounts()) {
    passOnControllers(mount);
    mkdirSync(path.join(mount, name), { recursive: true });
  }
}

/** On cgroup v2 a group has only the controllers that the one above passes on; the kubelet wants them all. */
function passOnControllers(mount: string): void {
  const [available, passedOn] = ["cgroup.controllers", "cgroup.subtree_control"].map((file) =>
    existsSync(path.join(mount, file)) ? readFileSync(path.join(mount, file), "utf8") : "",
  );
  for (const controller of missingControllers(available ?? "", passedOn ?? "")) {
    writeFileSync(path.join(mount, "cgroup.subtree_control"), `+${controller}`);
  }
}

export function missingControllers(available: string, passedOn: string): string[] {
  const [all, has] = [available, passedOn].map((list) => list.split(/\s+/).filter((name) => name !== ""));
  return WANTED_CONTROLLERS.filter((name) => all?.includes(name) && !has?.includes(name));
}

const WANTED_CONTROLLERS = ["cpu", "cpuset", "memory", "pids", "io", "hugetlb"];

/** The groups of killed containers stay behind, empty. A group is removed like a folder, its inner ones first. */
export async function removeCgroups(name: string): Promise<void> {
  for (const mount of cgroupMounts()) await removeTree(path.join(mount, name));
}

async function removeTree(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of inner) await removeTree(path.join(folder, name));
  for (let tries = 1; !removed(folder, tries === TRIES); tries++) await delay(50);
}

const TRIES = 40;

/** The kernel may still be at work on the processes that were killed in it. */
function removed(folder: string, isLast: boolean): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (isLast || (error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
    return false;
  }
}
