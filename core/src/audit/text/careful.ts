import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node as YamlNode,
  type Pair,
} from "yaml";
import type { Node, ScalarNode, Style } from "./node";
import type { Part } from "./split";

/** Why a document cannot be read. */
export class Unreadable extends Error {
  constructor(
    message: string,
    /** In the file, where it is known. */
    readonly at: number,
  ) {
    super(message);
  }
}

/** Far more than people repeat, and little enough that aliases of aliases cannot fill the memory. */
const MOST_REPEATED = 100_000;

/** Reads one document with the whole of YAML; undefined where there is nothing in it. */
export function parseCarefully({ text, offset }: Part): Node | undefined {
  const document = parseDocument(text, {
    lineCounter: new LineCounter(),
    uniqueKeys: true,
    logLevel: "silent",
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error) throw new Unreadable(error.message.split("\n")[0] ?? error.code, offset + error.pos[0]);
  if (document.contents === null) return undefined;
  return new Reader(document, text, offset).read(document.contents);
}

class Reader {
  private aliases = 0;
  private repeated = 0;

  constructor(
    private readonly document: Document.Parsed,
    private readonly text: string,
    private readonly offset: number,
  ) {}

  /** `empty` is where something would be written that is not there. */
  read(node: unknown, empty = 0): Node {
    if (this.aliases > 0) this.repeated += 1;
    if (this.repeated > MOST_REPEATED) throw new Unreadable("aliases of aliases without end", this.offset);
    if (!isNode(node) || isEmpty(node)) return this.nothing(empty);
    const at = this.offset + (node.range?.[0] ?? empty);
    if (isAlias(node)) return this.alias(node, at);
    if (isMap(node)) return { kind: "map", at, entries: this.entries(node.items, at) };
    if (isSeq(node))
      return { kind: "list", at, items: node.items.map((item) => this.read(item, at - this.offset)) };
    if (isScalar(node)) return this.scalar(node, at);
    throw new Unreadable("a value of an unknown kind", at);
  }

  private nothing(at: number): ScalarNode {
    const place = this.offset + at;
    return { kind: "scalar", at: place, value: null, style: "plain", start: place, end: place };
  }

  private scalar(
    node: { value: unknown; type?: string; range?: [number, number, number] | null },
    at: number,
  ): Node {
    const { value } = node;
    const known = value === null || ["string", "number", "boolean"].includes(typeof value);
    const style = STYLES[node.type ?? ""] ?? "plain";
    return {
      kind: "scalar",
      at,
      value: known ? (value as ScalarNode["value"]) : JSON.stringify(value),
      style,
      start: at,
      end: style === "block" ? at : this.offset + (node.range?.[1] ?? 0),
    };
  }

  private alias(alias: YamlNode & { resolve: (document: Document.Parsed) => unknown }, at: number): Node {
    const target = alias.resolve(this.document);
    if (target === undefined) throw new Unreadable("an alias without its anchor", at);
    this.aliases += 1;
    const node = { ...this.read(target), at };
    this.aliases -= 1;
    return node;
  }

  private entries(items: readonly Pair[], at: number): Map<string, Node> {
    const entries = new Map<string, Node>();
    const merged: Node[] = [];
    for (const { key, value } of items) {
      const name = this.key(key, at);
      const child = this.read(value, this.behind(key));
      if (name === "<<" && isScalar(key) && key.type === "PLAIN") merged.push(child);
      else entries.set(name, child);
    }
    for (const source of merged.flatMap((one) => (one.kind === "list" ? one.items : [one]))) {
      if (source.kind !== "map") throw new Unreadable("a merge of something that is no map", source.at);
      for (const [name, child] of source.entries) if (!entries.has(name)) entries.set(name, child);
    }
    return entries;
  }

  /** Behind the colon of a key. */
  private behind(key: unknown): number {
    const end = isNode(key) ? (key.range?.[1] ?? 0) : 0;
    const colon = /^ *:/.exec(this.text.slice(end, end + 100))?.[0].length ?? 0;
    return end + colon;
  }

  /** As it is written: a number stays the text that it was. */
  private key(key: unknown, at: number): string {
    if (isAlias(key)) return this.key(key.resolve(this.document), at);
    if (!isScalar(key)) throw new Unreadable("a key that is no text", at);
    return key.type === "PLAIN" ? (key.source ?? String(key.value)) : String(key.value);
  }
}

function isEmpty(node: YamlNode): boolean {
  return (
    isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1] && !node.anchor && !node.tag
  );
}

const STYLES: Readonly<Record<string, Style>> = {
  PLAIN: "plain",
  QUOTE_SINGLE: "single",
  QUOTE_DOUBLE: "double",
  BLOCK_LITERAL: "block",
  BLOCK_FOLDED: "block",
};
