import type { PolicyResource } from "@pulumi/policy";
import { isBuild } from "./builds";

/** Whether a property of a resource comes from an image that this very update builds, through any number of resources. */
export function comesFromBuild(resource: PolicyResource | undefined, property: string): boolean {
  const seen = new Set<string>();
  const pending = [...(resource?.propertyDependencies[property] ?? [])];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (isBuild(next)) return true;
    if (seen.has(next.urn)) continue;
    seen.add(next.urn);
    pending.push(...Object.values(next.propertyDependencies).flat());
  }
  return false;
}
