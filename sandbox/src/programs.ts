import { ensureTools } from "@waybill/tools";
import path from "node:path";
import { CLUSTER_PROGRAMS, type ClusterProgram } from "./cluster/spec";

export type Report = (line: string) => void;

const OTHER_PROGRAMS = ["node", "olareg", "buildkitd", "buildctl", "pause", "pulumi", "kubectl"] as const;
type OtherProgram = (typeof OTHER_PROGRAMS)[number];

export type Programs = Readonly<Record<OtherProgram, string>> & {
  readonly cluster: Readonly<Record<ClusterProgram, string>>;
};

/** Finds or makes every program of the sandbox but the docker-build plugin, which may be had ready-made. */
export async function findPrograms(report: Report): Promise<Programs> {
  const found = await ensureTools([...OTHER_PROGRAMS, ...CLUSTER_PROGRAMS], report);
  const at = (name: string) => found.get(name) ?? "";
  const named = <T extends string>(names: readonly T[]) =>
    Object.fromEntries(names.map((name) => [name, at(name)])) as Record<T, string>;
  // Its plugins lie in one folder, and that is what containerd asks for.
  return { ...named(OTHER_PROGRAMS), cluster: { ...named(CLUSTER_PROGRAMS), cni: path.dirname(at("cni")) } };
}

export async function findDockerBuildPlugin(report: Report): Promise<string> {
  const name = "pulumi-resource-docker-build";
  return (await ensureTools([name], report)).get(name) ?? "";
}
