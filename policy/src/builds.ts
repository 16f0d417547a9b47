import type { Resource } from "./resource";

/** Resources that make an image, or push one that was made beside Pulumi. */
const BUILDS = new Set([
  "docker-build:index:Image",
  "docker-build:index:Index",
  "docker:index/image:Image",
  "docker:image:Image",
  "docker:index/registryImage:RegistryImage",
  "docker:index/tag:Tag",
  "awsx:ecr:Image",
  "awsx:ecr:RegistryImage",
]);

/** A RemoteImage only pulls, unless it is told to build. */
export function isBuild({ type, props }: Pick<Resource, "type" | "props">): boolean {
  if (type === "docker:index/remoteImage:RemoteImage") return "build" in props;
  return BUILDS.has(type);
}
