/**
 * A value as it stands in a text. All offsets are in UTF-16 units from the beginning of the file, so that a change of
 * one scalar can be written without touching anything beside it.
 */
export type Node = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: "map";
  readonly at: number;
  readonly entries: Map<string, Node>;
}

export interface ListNode {
  readonly kind: "list";
  readonly at: number;
  readonly items: Node[];
}

export type Style = "plain" | "single" | "double" | "block";

export interface ScalarNode {
  readonly kind: "scalar";
  /** Where it is used; an alias stands elsewhere than the text that it repeats. */
  readonly at: number;
  readonly value: string | number | boolean | null;
  readonly style: Style;
  /** Its text, with its quotes. */
  readonly start: number;
  readonly end: number;
}

/** The value alone. No key can reach a prototype. */
export function toValue(node: Node): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") {
    const list: unknown[] = new Array(node.items.length);
    for (let index = 0; index < node.items.length; index++) list[index] = toValue(node.items[index] as Node);
    return list;
  }
  const object: Record<string, unknown> = {};
  for (const [key, child] of node.entries) {
    if (key === "__proto__") Object.defineProperty(object, key, { value: toValue(child), enumerable: true });
    else object[key] = toValue(child);
  }
  return object;
}

/** What stands at a path; or as far on the way to it as there is a text of its own. */
export function nodeAt(node: Node, keys: readonly (string | number)[]): Node {
  let found = node;
  for (const key of keys) {
    const next =
      found.kind === "map"
        ? found.entries.get(String(key))
        : found.kind === "list" && typeof key === "number"
          ? found.items[key]
          : undefined;
    if (!next) return found;
    found = next;
  }
  return found;
}

const NULL = /^(?:~|null|Null|NULL)?$/;
const BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/;
const INTEGER = /^(?:[-+]?\d+|0o[0-7]+|0x[\da-fA-F]+)$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/;

/** YAML 1.2's core schema. */
export function plainValue(text: string): string | number | boolean | null {
  const first = text.charCodeAt(0);
  // Most texts begin with a letter that begins no other value.
  const maybe = !(first > 57) || first === 126 || "nNtTfF".includes(text.charAt(0));
  if (!maybe) return text;
  if (NULL.test(text)) return null;
  if (BOOLEAN.test(text)) return text.toLowerCase() === "true";
  if (INTEGER.test(text)) return /^0[ox]/.test(text) ? Number(text) : Number.parseInt(text, 10);
  if (FLOAT.test(text)) return Number.parseFloat(text);
  if (!NOT_FINITE.test(text)) return text;
  return text.toLowerCase() === ".nan" ? NaN : text.startsWith("-") ? -Infinity : Infinity;
}
