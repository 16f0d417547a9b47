import { itemKind, type ObjectKind } from "@waybill/core/images";
import { isObject } from "./plain";

/** A Kubernetes object in a resource: the resource itself, or an item of a List. */
export interface KubeObject extends ObjectKind {
  readonly path: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Provider resources that are no objects themselves. */
const NO_OBJECT = /^(?:helm\.sh|kustomize|yaml)(?:\/|$)/;

export function objectsIn(type: string, props: Readonly<Record<string, unknown>>): readonly KubeObject[] {
  const [provider, module = "", token = ""] = type.split(":");
  if (provider !== "kubernetes" || NO_OBJECT.test(module)) return [];
  const byType = { apiVersion: module.replace(/^core\//, ""), kind: token.replace(/Patch$/, "") };
  const { apiVersion, kind } = props;
  const said = typeof apiVersion === "string" && typeof kind === "string" ? { apiVersion, kind } : byType;
  const same = said.apiVersion === byType.apiVersion && said.kind === byType.kind;
  // A type that hides its kind is both.
  return [...(same ? [] : [{ ...byType, path: "", value: props }]), ...withItems(said, props, "")];
}

function withItems(
  kind: ObjectKind,
  value: Readonly<Record<string, unknown>>,
  path: string,
): readonly KubeObject[] {
  const { items } = value;
  if (!kind.kind.endsWith("List") || !Array.isArray(items)) return [{ ...kind, path, value }];
  return items.flatMap((item: unknown, index) =>
    isObject(item)
      ? withItems(itemKind(item, kind), item, `${path}${path === "" ? "" : "."}items[${index}]`)
      : [],
  );
}
