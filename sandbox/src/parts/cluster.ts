import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { callApi } from "../cluster/api";
import { configuration } from "../cluster/configuration";
import { ensureCredentials, kubeconfig, type Tokens, type User, USERS } from "../cluster/credentials";
import { firstDaemons, laterDaemons } from "../cluster/daemons";
import { apiServer, clusterFiles, type ClusterProgram, type ClusterSpec } from "../cluster/spec";
import { makeCgroups, removeCgroups } from "../host/cgroups";
import { wrongMachine } from "../host/preflight";
import { run } from "../host/run";
import type { Place } from "../place";
import { inNamespaces } from "./namespaces";
import type { Part, PartView } from "./part";

export interface ClusterNeeds {
  readonly node: string;
  readonly programs: Readonly<Record<ClusterProgram, string>>;
  readonly pauseImage: string;
  /** Of the clone, because the supervisor is a program of its own also while tests run the sources. */
  readonly compiled: string;
}

export const clusterView = (place: Place): PartView => ({
  name: "cluster",
  address: apiServer(place.network),
  isReady: () => isClusterReady(place),
});

export function clusterPart(place: Place, needs: ClusterNeeds): Part {
  const spec: ClusterSpec = {
    folder: place.folder,
    registryPort: place.port,
    pauseImage: needs.pauseImage,
    cgroup: place.cgroup,
    network: place.network,
    programs: needs.programs,
  };
  const files = clusterFiles(place.folder);
  const supervisor = path.join(needs.compiled, "cluster/supervisor.js");
  return {
    ...clusterView(place),
    // The hash tells a cluster of other programs, flags or addresses apart.
    command: inNamespaces(["--uts", "--ipc"], [needs.node, supervisor, files.spec, hashOf(spec)]),
    searchPath: [needs.programs.containerd, needs.programs.runc, needs.programs.nft].map((file) =>
      path.dirname(file),
    ),
    prepare: async () => {
      await clearCluster(place);
      mkdirSync(path.dirname(files.spec), { recursive: true, mode: 0o700 });
      divideCgroups(place.cgroup);
      writeFileSync(files.spec, JSON.stringify(spec, undefined, 2));
      await configure(spec);
    },
  };
}

function hashOf(spec: ClusterSpec): string {
  const files = clusterFiles(spec.folder);
  const all = [spec, firstDaemons(spec, files), laterDaemons(spec, files), [...configuration(spec)]];
  return createHash("sha256").update(JSON.stringify(all)).digest("hex").slice(0, 12);
}

/** Inside another container they may be for reading only. */
function divideCgroups(name: string): void {
  try {
    makeCgroups(name);
  } catch (error) {
    throw wrongMachine(`no right to make control groups (${(error as Error).message})`, error);
  }
}

/** What a killed cluster leaves on the machine: its link, if its network is not gone yet, and empty groups. */
export async function clearCluster(place: Place): Promise<void> {
  rmSync(clusterFiles(place.folder).ready, { force: true });
  const { interfaceName } = place.network;
  if (existsSync(`/sys/class/net/${interfaceName}`)) {
    await run(["ip", "link", "delete", interfaceName]).catch((error: unknown) => {
      if (existsSync(`/sys/class/net/${interfaceName}`)) throw error;
    });
  }
  await removeCgroups(place.cgroup);
}

async function configure(spec: ClusterSpec): Promise<void> {
  const files = clusterFiles(spec.folder);
  const tokens = await ensureCredentials(files);
  for (const user of Object.keys(USERS) as User[]) {
    const access = {
      server: apiServer(spec.network),
      token: tokens[user],
      authority: { file: files.authority },
    };
    writeFileSync(files.kubeconfig(user), kubeconfig("sandbox", access), { mode: 0o600 });
  }
  mkdirSync(files.cni, { recursive: true });
  for (const [file, text] of configuration(spec)) writeFileSync(file, text);
}

/** The supervisor has seen it ready once, and the API server answers now. */
async function isClusterReady(place: Place): Promise<boolean> {
  const files = clusterFiles(place.folder);
  if (!existsSync(files.ready)) return false;
  const { admin } = JSON.parse(readFileSync(files.tokens, "utf8")) as Tokens;
  const access = { server: apiServer(place.network), token: admin, authorityFile: files.authority };
  return (await callApi(access, "GET", "/readyz")).status === 200;
}

/** For programs on the host: holds everything itself, so that it may be copied elsewhere. */
export function hostKubeconfig(place: Place): string {
  const files = clusterFiles(place.folder);
  const { admin } = JSON.parse(readFileSync(files.tokens, "utf8")) as Tokens;
  const pem = readFileSync(files.authority, "utf8");
  return kubeconfig(`waybill-sandbox-${place.port}`, {
    server: apiServer(place.network),
    token: admin,
    authority: { pem },
  });
}
