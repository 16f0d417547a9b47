import { existsSync } from "node:fs";
import { assertLinuxRoot, thisMachine } from "./host/preflight";
import { markedProcesses, readMemory, withDescendants } from "./host/processes";
import { buildkitView } from "./parts/buildkit";
import { clusterView } from "./parts/cluster";
import { mainProcess, type PartName } from "./parts/part";
import { registryView } from "./parts/registry";
import { timestampView } from "./parts/timestamp";
import { placeOf, type SandboxOptions } from "./place";
import { readRecord, type SandboxRecord } from "./record";

export interface PartStatus {
  readonly name: PartName;
  /** `not answering` is a part whose process lives; it may be starting. */
  readonly state: "running" | "not answering" | "stopped";
  readonly pid: number | undefined;
  readonly address: string;
}

export interface SandboxStatus {
  readonly port: number;
  readonly folder: string;
  readonly allRun: boolean;
  readonly parts: readonly PartStatus[];
  /** Of all its processes, containers included. */
  readonly memoryBytes: number;
  readonly record: SandboxRecord | undefined;
}

export async function status(options: SandboxOptions): Promise<SandboxStatus> {
  assertLinuxRoot(thisMachine());
  const place = placeOf(options);
  const views = [registryView, timestampView, buildkitView, clusterView].map((view) => view(place));
  const parts = await Promise.all(
    views.map(async ({ name, address, isReady }): Promise<PartStatus> => {
      const main = mainProcess(place, name);
      if (main === undefined) return { name, state: "stopped", pid: undefined, address };
      return { name, state: (await isReady()) ? "running" : "not answering", pid: main.pid, address };
    }),
  );
  const processes = withDescendants(markedProcesses(place.folder));
  return {
    port: place.port,
    folder: place.folder,
    allRun: existsSync(place.kubeconfig) && parts.every(({ state }) => state === "running"),
    parts,
    memoryBytes: processes.reduce((sum, { pid }) => sum + readMemory(pid), 0),
    record: readRecord(place),
  };
}

export function describeStatus({ port, folder, parts, memoryBytes, record }: SandboxStatus): string {
  const lines = parts.map(({ name, state, pid, address }) =>
    [name.padEnd(9), state.padEnd(14), (pid === undefined ? "" : `pid ${pid}`).padEnd(12), address]
      .join(" ")
      .trimEnd(),
  );
  const providers = Object.entries(record?.plugins ?? {}).map(
    ([name, { version, source }]) => `${name} ${version} (${source})`,
  );
  return [
    `Sandbox on port ${port}, in ${folder}`,
    ...lines.map((line) => `  ${line}`),
    `  memory    ${Math.round(memoryBytes / 1024 / 1024)} MB`,
    `  providers ${providers.join(", ") || "none yet"}`,
  ].join("\n");
}
