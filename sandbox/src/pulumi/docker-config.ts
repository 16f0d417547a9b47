import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Place } from "../place";

export const BUILDER = "waybill";

/**
 * A Docker configuration in which the sandbox's BuildKit is the current builder for whoever asks (`Global`), so
 * that no program has to name it. The docker-build provider and `docker buildx` read the same files.
 */
export function writeDockerConfig(place: Place): void {
  const buildx = path.join(place.dockerConfig, "buildx");
  const node = {
    Name: BUILDER,
    Endpoint: `unix://${place.buildkitSocket}`,
    Platforms: null,
    DriverOpts: null,
    Flags: null,
    Files: null,
  };
  mkdirSync(path.join(buildx, "instances"), { recursive: true, mode: 0o700 });
  write(path.join(place.dockerConfig, "config.json"), {});
  write(path.join(buildx, "instances", BUILDER), {
    Name: BUILDER,
    Driver: "remote",
    Nodes: [node],
    Dynamic: false,
  });
  write(path.join(buildx, "current"), { Key: "", Name: BUILDER, Global: true });
}

function write(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value), { mode: 0o600 });
}
