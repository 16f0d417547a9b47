import { mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import path from "node:path";

/** Where control groups are mounted: one place on cgroup v2, one for each controller on v1. */
export function cgroupMounts(mounts = readFileSync("/proc/mounts", "utf8")): string[] {
  return mounts
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , type]) => type === "cgroup" || type === "cgroup2")
    .map(([, folder = ""]) => folder);
}

export function makeCgroups(name: string): void {
  for (const mount of cgroupMounts()) mkdirSync(path.join(mount, name), { recursive: true });
}

/** The groups of killed containers stay behind, empty. A group is removed like a folder, its inner ones first. */
export function removeCgroups(name: string): void {
  for (const mount of cgroupMounts()) removeTree(path.join(mount, name));
}

function removeTree(folder: string): void {
  let inner;
  try {
    inner = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  for (const entry of inner) if (entry.isDirectory()) removeTree(path.join(folder, entry.name));
  rmdirSync(folder);
}
