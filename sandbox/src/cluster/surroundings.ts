import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../host/run";
import { inClusterNetwork } from "./daemons";
import { type ClusterSpec, RUN } from "./spec";

/**
 * Kubernetes and containerd write to a few fixed places. In the cluster's own mounts those are in memory, so
 * that the machine's own stay untouched and all is gone with the last process.
 */
export async function makeMounts({ folder }: ClusterSpec): Promise<void> {
  await mount("-t", "tmpfs", "-o", "mode=755", "sandbox", "/run");
  for (const name of ["netns", "upper", "work", "folder", "sysctl"]) mkdirSync(`/run/${name}`);
  await mount("--bind", folder, "/run/folder");
  await mount(
    "-t",
    "overlay",
    "-o",
    "lowerdir=/var,upperdir=/run/upper,workdir=/run/work",
    "sandbox",
    "/var",
  );
  if (isBelow(folder, "/var")) await mount("--bind", "/run/folder", folder);
  mkdirSync("/var/lib/kubelet", { recursive: true });
  await mount("-t", "tmpfs", "-o", "mode=755", "sandbox", "/var/lib/kubelet");
  for (const [name, value] of Object.entries(KUBELET_SYSCTLS)) await pretend(name, value);
}

/** The kubelet writes these if they differ, and they belong to the whole machine. */
const KUBELET_SYSCTLS = { "vm/overcommit_memory": 1, "kernel/panic": 10, "kernel/panic_on_oops": 1 };

async function pretend(name: string, value: number): Promise<void> {
  const stage = path.join("/run/sysctl", path.basename(name));
  writeFileSync(stage, `${value}\n`);
  await mount("--bind", stage, path.join("/proc/sys", name));
}

/** A network with one link to the host. Both ends vanish with the last process in it. */
export async function makeNetwork({ network }: ClusterSpec): Promise<void> {
  const { interfaceName: link, hostAddress, nodeAddress, linkPrefix, services, pods } = network;
  const inside = ["-n", RUN.network];
  await ip("netns", "add", RUN.network);
  await ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", RUN.network);
  await ip("link", "set", link, "addrgenmode", "none");
  await ip("address", "add", `${hostAddress}/${linkPrefix}`, "dev", link);
  await ip("link", "set", link, "up");
  await ip(...inside, "link", "set", "lo", "up");
  await ip(...inside, "address", "add", `${nodeAddress}/${linkPrefix}`, "dev", "eth0");
  await ip(...inside, "link", "set", "eth0", "up");
  // kube-proxy rewrites packets to services only if there is a way for them to go at all.
  await ip(...inside, "route", "add", services, "dev", "eth0");
  await ip("route", "add", services, "via", nodeAddress);
  await ip("route", "add", pods, "via", nodeAddress);
  await run(inClusterNetwork(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]));
}

const mount = (...args: string[]) => run(["mount", ...args]);
const ip = (...args: string[]) => run(["ip", ...args]);

const isBelow = (folder: string, ancestor: string) => folder.startsWith(`${ancestor}/`);
