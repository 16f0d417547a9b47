import { accessSync, constants } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SandboxError } from "../error";
import { overlaps } from "../network";
import type { Place } from "../place";
import { listenersOn, type Owner, ownerOf } from "./listeners";
import { run } from "./run";

const OWN_CLUSTER =
  'The README\'s section "Own cluster" runs the same program on kind or k3d and a registry of your own.';

/** Programs of the system itself, and the Debian package of each. */
const SYSTEM_PROGRAMS = {
  ip: "iproute2",
  ldd: "libc-bin",
  mount: "mount",
  nsenter: "util-linux",
  openssl: "openssl",
  sh: "dash",
  unshare: "util-linux",
} as const;

export interface Machine {
  readonly platform: string;
  readonly uid: number | undefined;
}

export const thisMachine = (): Machine => ({ platform: process.platform, uid: process.getuid?.() });

/** The sandbox makes network interfaces, mounts and containers, which only root on Linux may. */
export function assertLinuxRoot({ platform, uid }: Machine): void {
  const found = platform !== "linux" ? platform : uid !== 0 ? `user id ${uid ?? "unknown"}` : undefined;
  if (found !== undefined) throw wrongMachine(found);
}

export async function assertAbleToHost(): Promise<void> {
  assertLinuxRoot(thisMachine());
  assertPrograms(process.env["PATH"] ?? "");
  try {
    await run(["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "true"]);
  } catch (error) {
    throw wrongMachine(`no right to make namespaces (${(error as Error).message})`, error);
  }
}

export function assertPrograms(searchPath: string): void {
  const missing = Object.keys(SYSTEM_PROGRAMS).filter((name) => !isOnPath(name, searchPath));
  if (missing.length === 0) return;
  const packages = new Set(missing.map((name) => SYSTEM_PROGRAMS[name as keyof typeof SYSTEM_PROGRAMS]));
  throw new SandboxError("missing-program", {
    about: "the sandbox",
    expected: "the system's own programs on PATH",
    found: `no ${missing.join(", ")}`,
    next: `Run: apt-get install -y ${[...packages].join(" ")}`,
  });
}

/** Of whom the port is, so that a refusal says so; another sandbox has other ports. */
export async function assertPortFree(part: string, port: number, sandbox: number): Promise<void> {
  const deadline = Date.now() + DYING_MS;
  let owner: Owner | undefined;
  for (;;) {
    const listener = listenersOn(port).find(({ address }) => LOCAL.includes(address));
    if (listener === undefined) return;
    owner = ownerOf(listener);
    if (owner !== undefined || Date.now() > deadline) break;
    await delay(20);
  }
  const who =
    owner === undefined ? "a program that cannot be looked at" : `pid ${owner.pid} (${owner.command})`;
  throw new SandboxError("port-taken", {
    about: `the ${part}'s port ${port} on 127.0.0.1`,
    expected: "nobody listening there",
    found: who,
    next: `End that program, or choose another port: WAYBILL_SANDBOX_PORT=${sandbox + 1}`,
  });
}

/** Who listens on one of these has the port of 127.0.0.1. */
const LOCAL = ["127.0.0.1", "0.0.0.0", "::"];

/** A killed process loses its name at once, and its port a moment later. */
const DYING_MS = 2_000;

/** Two ports may choose the same addresses, and a machine's own network may use them. */
export async function assertNetworkFree({ network, port }: Place): Promise<void> {
  const routes = JSON.parse(await run(["ip", "-json", "-4", "route", "show", "table", "all"])) as Route[];
  const taken = routes.find(
    ({ dst, dev }) => dev !== network.interfaceName && isSpecific(dst) && overlaps(dst, network.whole),
  );
  if (taken === undefined) return;
  throw new SandboxError("network-taken", {
    about: `the addresses ${network.whole} of the sandbox with port ${port}`,
    expected: "no route to them",
    found: `${taken.dst} on ${taken.dev ?? "no device"}`,
    next: `Choose another port, which has other addresses: WAYBILL_SANDBOX_PORT=${port + 1}`,
  });
}

/** A VPN may route half of the internet; the sandbox's narrower routes win over that. */
const isSpecific = (range: string) => range !== "default" && Number(range.split("/")[1] ?? 32) >= 8;

interface Route {
  readonly dst: string;
  readonly dev?: string;
}

function isOnPath(name: string, searchPath: string): boolean {
  return searchPath.split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function wrongMachine(found: string, cause?: unknown): SandboxError {
  return new SandboxError(
    "wrong-machine",
    { about: "the sandbox", expected: "root on Linux", found, next: OWN_CLUSTER },
    { cause },
  );
}
