import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { cgroupMounts } from "../../sandbox/src/host/cgroups";
import { allProcesses, readCommand } from "../../sandbox/src/host/processes";

/** Folders in which container and cluster programs like to leave things. */
const SHARED = ["/", "/etc", "/opt", "/run", "/usr/libexec", "/var/lib", "/var/log", "/var/run"];

/** What a sandbox could leave on a machine, as lines that can be compared. */
export function traces(folder: string, port: number, addresses: string): string[] {
  const network = addresses.replace(/0\/24$/, "");
  const mentions = (line: string) =>
    line.includes(folder) || line.includes(`waybill-${port}`) || line.includes(network);
  const processes = allProcesses()
    .filter(({ running }) => running)
    .map(({ pid }) => `process ${pid}: ${readCommand(pid).join(" ")}`);
  const cgroups = cgroupMounts().flatMap((mount) =>
    readdirSync(mount).map((name) => `cgroup ${mount}/${name}`),
  );
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => `mount ${line}`);
  const files = SHARED.flatMap((shared) => readdirOrNone(shared).map((name) => `file ${shared}/${name}`));
  return [
    ...processes.filter(mentions),
    ...ip("link").filter(mentions),
    ...ip("route", "show", "table", "all").filter(mentions),
    ...ip("neighbour").filter(mentions),
    ...cgroups.filter(mentions),
    ...mounts,
    ...files,
  ];
}

const ip = (...args: string[]): string[] =>
  execFileSync("ip", ["-oneline", ...args], { encoding: "utf8" })
    .split("\n")
    .map((line) => `${args[0] ?? ""} ${line}`);

function readdirOrNone(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
