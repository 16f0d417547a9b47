import { createHash } from "node:crypto";
import { annotationOf, listAt, textAt, type KubeObject } from "./object";
import type { ApiError } from "./api-error";
import type { Values } from "@waybill/provider";

export const managerKey = "__fieldManager";

/**
 * The field manager of one Pulumi resource. It follows from the URN, not from chance as in the official provider, so
 * that a create that was killed before its state was written knows its own object again, and knows a stranger's too.
 */
export function fieldManager(urn: string, object: KubeObject, oldOutputs: Values = {}): string {
  const own = `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
  return annotationOf(object, "pulumi.com/patchFieldManager") ?? textAt(oldOutputs, managerKey) ?? own;
}

export function isAppliedBy(manager: string, object: KubeObject): boolean {
  return listAt(object, "metadata", "managedFields").some(
    (entry) => textAt(entry, "manager") === manager && textAt(entry, "operation") === "Apply",
  );
}

/**
 * Fields that somebody changed by hand give way, as they do with the official provider: after a refresh has shown
 * the drift, an update puts it right. Fields of another controller do not.
 */
export function onlyChangedByHand(conflict: ApiError): boolean {
  const owners = conflict.causes.map(({ message }) => /conflict with "([^"]+)"/.exec(message)?.[1] ?? "");
  const byHand = (owner: string) => owner.startsWith("kubectl") || owner === "before-first-apply";
  return conflict.isConflict && owners.length > 0 && owners.every(byHand);
}
