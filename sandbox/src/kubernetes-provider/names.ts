import { createHash } from "node:crypto";
import { Unknown, isValues, type CheckFailure, type CheckRequest, type Values } from "@waybill/provider";
import { annotationOf, nameOf, objectAt, withMetadata, type KubeObject } from "./object";

const autonamed = "pulumi.com/autonamed";

export function isAutonamed(object: KubeObject): boolean {
  return annotationOf(object, autonamed) === "true";
}

function isNamed(object: KubeObject): boolean {
  const { name } = objectAt(object, "metadata");
  return name instanceof Unknown || (typeof name === "string" && name !== "");
}

export interface Named {
  readonly object: KubeObject;
  readonly failures: readonly CheckFailure[];
}

/** A name that the user left out: the old generated one, else one like `web-4f3c2a1b`, marked as generated. */
export function assignName(
  object: KubeObject,
  olds: KubeObject,
  resourceName: string,
  { seed, autonaming }: Pick<CheckRequest, "seed" | "autonaming">,
): Named {
  // An unknown metadata may well hold a name.
  if (isNamed(object) || object["metadata"] instanceof Unknown) return { object, failures: [] };
  if (objectAt(object, "metadata")["generateName"] !== undefined) {
    const reason =
      "expected metadata.name or none, found generateName, which server-side apply does not know";
    return { object, failures: [{ path: ["metadata", "generateName"], reason }] };
  }
  if (isAutonamed(olds)) return named(object, nameOf(olds));
  if (autonaming?.mode === "disable") {
    return {
      object,
      failures: [{ path: ["metadata", "name"], reason: "expected a name: autonaming is disabled" }],
    };
  }
  return named(object, autonaming?.proposed ?? `${resourceName}-${suffix(seed)}`);
}

function named(object: KubeObject, name: string): Named {
  const mark = (metadata: Values): Values => {
    const annotations = metadata["annotations"] ?? {};
    return isValues(annotations)
      ? { ...metadata, name, annotations: { ...annotations, [autonamed]: "true" } }
      : { ...metadata, name };
  };
  return { object: withMetadata(object, mark), failures: [] };
}

function suffix(seed: Uint8Array): string {
  return createHash("sha256").update(seed).digest("hex").slice(0, 8);
}
