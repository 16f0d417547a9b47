import { ensureTools, type ToolName } from "@waybill/tools";
import path from "node:path";
import { CLUSTER_PROGRAMS, type ClusterProgram } from "./cluster/spec";

export type Report = (line: string) => void;

const OTHER_PROGRAMS = [
  "olareg",
  "buildkitd",
  "buildctl",
  "pause",
  "pulumi",
  "kubectl",
  "syft",
  "timestamp-server",
] as const satisfies ToolName[];
type OtherProgram = (typeof OTHER_PROGRAMS)[number];

export type Programs = Readonly<Record<OtherProgram, string>> & {
  readonly cluster: Readonly<Record<ClusterProgram, string>>;
  /** The Node that runs this, which the set-up has chosen. */
  readonly node: string;
};

/** Finds or makes every program of the sandbox but the docker-build plugin, which may be had ready-made. */
export async function findPrograms(report: Report): Promise<Programs> {
  process.env["PATH"] = withoutSandboxes(process.env["PATH"]);
  const found = await ensureTools([...OTHER_PROGRAMS, ...CLUSTER_PROGRAMS], report);
  const at = (name: ToolName) => found.get(name) ?? "";
  const named = <T extends ToolName>(names: readonly T[]) =>
    Object.fromEntries(names.map((name) => [name, at(name)])) as Record<T, string>;
  const cluster = named(CLUSTER_PROGRAMS);
  return {
    ...named(OTHER_PROGRAMS),
    // Its plugins lie in one folder, and that is what containerd asks for.
    cluster: { ...cluster, cni: path.dirname(cluster.cni) },
    node: process.execPath,
  };
}

/** In a shell that uses a sandbox, its links come first on PATH: a link must never be made to another one. */
export function withoutSandboxes(searchPath = ""): string {
  const folders = searchPath.split(path.delimiter);
  return folders.filter((folder) => !/\/sandbox-\d+\/bin$/.test(folder)).join(path.delimiter);
}

export async function findDockerBuildPlugin(report: Report): Promise<string> {
  const name = "pulumi-resource-docker-build";
  return (await ensureTools([name], report)).get(name) ?? "";
}
