import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { apiServer, clusterFiles } from "../cluster/spec";
import { COMPILED } from "../clone";
import type { Place } from "../place";

/**
 * The plugin is a script in the sandbox's own folder, so that `down` knows its processes by where they were
 * started from.
 */
export function writeStandIn(folder: string, node: string): void {
  const file = path.join(folder, "pulumi-resource-kubernetes");
  const main = path.join(COMPILED, "kubernetes-provider/main.js");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `#!${node}\nrequire(${JSON.stringify(main)});\n`);
  chmodSync(file, 0o755);
}

/** The one cluster that the stand-in may touch. */
export function writeStandInCluster(place: Place): void {
  const authority = readFileSync(clusterFiles(place.folder).authority);
  const cluster = {
    server: apiServer(place.network),
    caSha256: createHash("sha256").update(authority).digest("hex"),
  };
  const file = path.join(place.pulumiHome, "waybill-stand-in.json");
  writeFileSync(file, JSON.stringify(cluster), { mode: 0o600 });
}
