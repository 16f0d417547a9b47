import { itemKind, type ObjectKind } from "../images";
import { type Node, toValue } from "./text/node";
import { fieldsAt, textOf } from "./workload";

/** One Kubernetes object in a document, or a document without a kind. */
export interface Found {
  readonly root: Node;
  readonly value: unknown;
  /** Undefined where it does not say what it is. */
  readonly type: ObjectKind | undefined;
  readonly name: string;
  readonly namespace: string;
}

/** The objects of a document, each item of a list by itself. */
export function* objectsIn(root: Node): Generator<Found> {
  yield* expand(root, toValue(root), undefined);
}

function* expand(root: Node, value: unknown, list: ObjectKind | undefined): Generator<Found> {
  const fields = fieldsAt(value, []);
  const own = typeof fields["kind"] === "string" && typeof fields["apiVersion"] === "string";
  const type = list ? itemKind(value, list) : own ? itemKind(value, { apiVersion: "", kind: "" }) : undefined;
  const items = root.kind === "map" ? root.entries.get("items") : undefined;
  if (type?.kind.endsWith("List") && items?.kind === "list") {
    const values = fields["items"] as unknown[];
    for (const [index, item] of items.items.entries()) yield* expand(item, values[index], type);
    // A custom kind may only be called so, and have more than items.
    const rest = Object.fromEntries(Object.entries(fields).filter(([key]) => key !== "items"));
    if (Object.keys(rest).some((key) => !LIST_FIELDS.has(key)))
      yield { root, value: rest, type, ...named(fields) };
    return;
  }
  if (root.kind === "list" && !list && isListOfObjects(value)) {
    for (const [index, item] of root.items.entries()) yield* expand(item, value[index], undefined);
    return;
  }
  yield { root, value, type, ...named(fields) };
}

const LIST_FIELDS = new Set(["apiVersion", "kind", "metadata"]);

function named(fields: object): Pick<Found, "name" | "namespace"> {
  const metadata = fieldsAt(fields, ["metadata"]);
  const name = textOf(metadata["name"]) || textOf(metadata["generateName"]);
  return { name, namespace: textOf(metadata["namespace"]) };
}

function isListOfObjects(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.some((item) => typeof fieldsAt(item, [])["kind"] === "string");
}
