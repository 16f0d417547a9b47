import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { removeCgroups } from "../host/cgroups";
import type { Place } from "../place";
import { inNamespaces } from "./namespaces";
import type { Part, PartView } from "./part";

const CACHE_MEGABYTES = 4000;

export const buildsCgroup = ({ cgroup }: Place): string => `${cgroup}-builds`;

export const buildkitView = (place: Place): PartView => ({
  name: "buildkit",
  address: `unix://${place.buildkitSocket}`,
  isReady: () => accepts(place.buildkitSocket),
});

export function buildkitPart(place: Place, programs: { buildkitd: string; runc: string }): Part {
  const config = path.join(place.buildkitData, "buildkitd.toml");
  const cgroup = buildsCgroup(place);
  return {
    ...buildkitView(place),
    command: inNamespaces([], [programs.buildkitd, "--config", config]),
    searchPath: [path.dirname(programs.runc)],
    prepare: async () => {
      await removeCgroups(cgroup);
      mkdirSync(place.buildkitData, { recursive: true, mode: 0o700 });
      rmSync(place.buildkitSocket, { force: true });
      writeFileSync(config, buildkitConfig(place, programs.runc, cgroup));
    },
  };
}

export function buildkitConfig(place: Place, runc: string, cgroup: string): string {
  const text = JSON.stringify; // TOML takes JSON's strings and lists as they are
  return `root = ${text(path.join(place.buildkitData, "data"))}

[grpc]
  address = ${text([`unix://${place.buildkitSocket}`])}

[otel]
  socketPath = ${text(path.join(place.buildkitData, "otel.sock"))}

[worker.containerd]
  enabled = false

[worker.oci]
  binary = ${text(runc)}
  defaultCgroupParent = ${text(cgroup)}
  maxUsedSpace = "${CACHE_MEGABYTES}MB"
  apparmor-profile = ""
`;
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => resolve(true));
    connection.once("error", () => resolve(false));
    connection.once("connect", () => connection.destroy());
  });
}
