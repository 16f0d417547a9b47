import { isList, isValues, valueAt, type Path, type Value, type Values } from "@waybill/provider";

/** A Kubernetes object: plain values, nothing unknown or secret in it. */
export type KubeObject = Values;

export function textAt(object: Value | undefined, ...path: Path): string | undefined {
  const value = valueAt(object, path);
  return typeof value === "string" ? value : undefined;
}

export function numberAt(object: Value | undefined, ...path: Path): number | undefined {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : undefined;
}

export function objectAt(object: Value | undefined, ...path: Path): Values {
  const value = valueAt(object, path);
  return isValues(value) ? value : {};
}

export function listAt(object: Value | undefined, ...path: Path): readonly Value[] {
  const value = valueAt(object, path);
  return isList(value) ? value : [];
}

export function nameOf(object: KubeObject): string {
  return textAt(object, "metadata", "name") ?? "";
}

export function namespaceOf(object: KubeObject): string | undefined {
  return textAt(object, "metadata", "namespace");
}

export function uidOf(object: KubeObject): string | undefined {
  return textAt(object, "metadata", "uid");
}

export function annotationOf(object: KubeObject, key: string): string | undefined {
  return textAt(object, "metadata", "annotations", key);
}

/** `shop/web`, or `shop` where the kind has no namespace: the id in Pulumi's state. */
export function idOf(object: KubeObject): string {
  const namespace = namespaceOf(object);
  return namespace === undefined ? nameOf(object) : `${namespace}/${nameOf(object)}`;
}

export function parseId(id: string): { namespace: string | undefined; name: string } {
  const slash = id.indexOf("/");
  return slash < 0
    ? { namespace: undefined, name: id }
    : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** `Deployment shop/web`: what every message is about. */
export function describe(object: KubeObject): string {
  return `${textAt(object, "kind") ?? "object"} ${idOf(object)}`;
}

export function withMetadata(object: KubeObject, change: (metadata: Values) => Values): KubeObject {
  return { ...object, metadata: change(objectAt(object, "metadata")) };
}

export function without(values: Values, ...keys: string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}

export function isEmptyObject(values: Values): boolean {
  return Object.keys(values).length === 0;
}
