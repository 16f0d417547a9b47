import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type ApiAccess, callApi, isNodeReady, podNames } from "./api";
import type { Tokens } from "./credentials";
import { type Daemon, firstDaemons, inClusterNetwork, laterDaemons } from "./daemons";
import { forwardRegistry } from "./forward";
import { apiServer, type ClusterFiles, clusterFiles, type ClusterSpec, NODE_NAME } from "./spec";
import { makeMounts, makeNetwork } from "./surroundings";

/**
 * Starts the parts of the cluster in order and stays with them. If one ends, it ends too, and with it (it is
 * the child of the first process of its own pid namespace) everything else, so that a cluster is up or down.
 */
async function main(specFile: string): Promise<void> {
  const spec = JSON.parse(readFileSync(specFile, "utf8")) as ClusterSpec;
  const files = clusterFiles(spec.folder);
  await makeMounts(spec);
  await makeNetwork(spec);
  await forwardRegistry(spec.registryPort);
  startAfresh(files);
  for (const daemon of firstDaemons(spec, files)) start(daemon, files);
  const api = accessAsAdmin(spec, files);
  await until(async () => (await callApi(api, "GET", "/readyz")).status === 200);
  await forgetNode(api);
  await forgetReadiness(api);
  for (const daemon of laterDaemons(spec, files)) start(daemon, files);
  await until(async () => (await hasServiceAccount(api)) && (await hasReadyNode(api)));
  writeFileSync(files.ready, "");
}

/** Containers do not outlive the cluster, so what containerd remembers of them is of no use. Images are pulled again. */
function startAfresh(files: ClusterFiles): void {
  rmSync(files.containerd, { recursive: true, force: true });
  mkdirSync(files.containerd, { mode: 0o700 });
}

function start({ name, command }: Daemon, files: ClusterFiles): void {
  const log = openSync(files.log(name), "w", 0o600);
  const [nsenter = "", ...args] = inClusterNetwork(command);
  const child = spawn(nsenter, args, { stdio: ["ignore", log, log] });
  child.once("error", (error) => end(`${name} did not start: ${error.message}`));
  child.once("exit", (code, signal) => end(`${name} ended (${code ?? signal ?? "?"}), see ${name}.log`));
}

function end(reason: string): never {
  console.error(reason);
  process.exit(1);
}

function accessAsAdmin(spec: ClusterSpec, files: ClusterFiles): ApiAccess {
  const { admin } = JSON.parse(readFileSync(files.tokens, "utf8")) as Tokens;
  return { server: apiServer(spec.network), token: admin, authorityFile: files.authority };
}

/** After a restart the API server still calls the node ready as before; only a new one can be believed. */
async function forgetNode(api: ApiAccess): Promise<void> {
  await until(async () =>
    [200, 404].includes((await callApi(api, "DELETE", `/api/v1/nodes/${NODE_NAME}`)).status),
  );
}

/** The same for pods: their containers are gone, and whoever waits for them must wait for the new ones. */
async function forgetReadiness(api: ApiAccess): Promise<void> {
  let pods = await callApi(api, "GET", "/api/v1/pods");
  while (pods.status !== 200) pods = await callApi(api, "GET", "/api/v1/pods");
  const conditions = ["Ready", "ContainersReady"].map((type) => ({
    type,
    status: "False",
    reason: "Restarted",
  }));
  for (const { name, namespace } of podNames(pods)) {
    await callApi(api, "PATCH", `/api/v1/namespaces/${namespace}/pods/${name}/status`, {
      status: { conditions },
    });
  }
}

async function hasReadyNode(api: ApiAccess): Promise<boolean> {
  return isNodeReady(await callApi(api, "GET", `/api/v1/nodes/${NODE_NAME}`));
}

/** Until the controller manager has made it, no pod can be created in the default namespace. */
async function hasServiceAccount(api: ApiAccess): Promise<boolean> {
  return (await callApi(api, "GET", "/api/v1/namespaces/default/serviceaccounts/default")).status === 200;
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await delay(50);
}

main(process.argv[2] ?? "").catch((error: unknown) =>
  end(error instanceof Error ? error.message : String(error)),
);
