import { homedir } from "node:os";
import path from "node:path";
import { SandboxError } from "./error";
import { networkPlan, type NetworkPlan, SLOTS } from "./network";

export interface SandboxOptions {
  /** The registry's port on 127.0.0.1; it also tells sandboxes of one machine apart. */
  readonly port: number;
  /** Where sandboxes keep their folders, if not in `$XDG_STATE_HOME/waybill`. */
  readonly stateDir?: string;
}

/** Where everything of one sandbox is. Nothing of it is anywhere else on the disk. */
export interface Place {
  readonly port: number;
  readonly parent: string;
  readonly folder: string;
  readonly lock: string;
  readonly record: string;
  readonly logs: string;
  readonly registry: string;
  readonly registryData: string;
  readonly timestampPort: number;
  readonly timestampSocket: string;
  /** Files that say how somebody of the sandbox signs. */
  readonly signing: string;
  readonly buildkitData: string;
  readonly buildkitSocket: string;
  readonly cluster: string;
  readonly kubeconfig: string;
  readonly bin: string;
  readonly dockerConfig: string;
  readonly pulumiHome: string;
  readonly pulumiBackend: string;
  readonly cgroup: string;
  readonly network: NetworkPlan;
}

export const DEFAULT_PORT = 5800;

/** `sun_path` of a unix socket (unix(7)) holds 108 bytes, the closing zero included. */
const LONGEST_SOCKET = 107;
/** containerd's longest socket, below the cluster's folder in the sandbox's own mounts, is short; this is ours. */
const LONGEST_NAME = "buildkit/otel.sock";

export function portFrom(environment: NodeJS.ProcessEnv): number {
  const text = environment["WAYBILL_SANDBOX_PORT"] ?? String(DEFAULT_PORT);
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1024 || port > 65535) {
    throw badPort("a port from 1024 to 65535", JSON.stringify(text));
  }
  const unspeakable = [port, timestampPort(port)].find((one) => UNSPEAKABLE.includes(one));
  if (unspeakable !== undefined) {
    throw badPort(
      "ports that HTTP clients speak to",
      `"${text}", with which the sandbox needs port ${unspeakable}`,
    );
  }
  return port;
}

/** https://fetch.spec.whatwg.org/#port-blocking, of those that can be asked for. */
const UNSPEAKABLE = [
  ...[1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000],
  ...[6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080],
];

function badPort(expected: string, found: string): SandboxError {
  const next = `Unset it to use ${DEFAULT_PORT}, or choose another.`;
  return new SandboxError("bad-port", { about: "WAYBILL_SANDBOX_PORT", expected, found, next });
}

export function optionsFrom(environment: NodeJS.ProcessEnv): Required<SandboxOptions> {
  const home = environment["XDG_STATE_HOME"];
  const state = home !== undefined && path.isAbsolute(home) ? home : path.join(homedir(), ".local/state");
  return { port: portFrom(environment), stateDir: path.join(state, "waybill") };
}

export function placeOf(options: SandboxOptions): Place {
  const parent = path.resolve(options.stateDir ?? optionsFrom(process.env).stateDir);
  const folder = path.join(parent, `sandbox-${options.port}`);
  assertShort(folder);
  const within = (name: string) => path.join(folder, name);
  return {
    port: options.port,
    parent,
    folder,
    lock: `${folder}.lock`,
    record: within("sandbox.json"),
    logs: within("logs"),
    registry: `127.0.0.1:${options.port}`,
    registryData: within("registry"),
    timestampPort: timestampPort(options.port),
    timestampSocket: within("timestamp/ts.sock"),
    signing: within("signing"),
    buildkitData: within("buildkit"),
    buildkitSocket: within("buildkit/bk.sock"),
    cluster: within("cluster"),
    kubeconfig: within("kubeconfig"),
    bin: within("bin"),
    dockerConfig: within("docker"),
    pulumiHome: within("pulumi"),
    pulumiBackend: within("backend"),
    cgroup: `waybill-${options.port}`,
    network: networkPlan(options.port),
  };
}

/** A port that no sandbox beside this one can have. */
function timestampPort(port: number): number {
  return port + SLOTS <= 65535 ? port + SLOTS : port - SLOTS;
}

function assertShort(folder: string): void {
  const longest = path.join(folder, LONGEST_NAME);
  const length = Buffer.byteLength(longest);
  if (length <= LONGEST_SOCKET) return;
  throw new SandboxError("long-path", {
    about: `the sandbox's folder ${folder}`,
    expected: `sockets in it with at most ${LONGEST_SOCKET} bytes in their path, as Linux demands`,
    found: `${length} bytes in ${longest}`,
    next: "Set XDG_STATE_HOME to a shorter folder.",
  });
}
