import { COLON, Cursor, DASH, HASH, isBlank, SPACE, UNUSUAL } from "./cursor";
import { readFlow } from "./flow";
import type { Node, ScalarNode } from "./node";
import { readBlockScalar, readPlain, readQuoted } from "./scalars";
import type { Part } from "./split";

/**
 * Reads the YAML that people and kubectl write, some ten times as fast as the careful reader. Answers exactly as that
 * one does, or not at all: undefined means that the careful one must judge. A test holds the two together.
 */
export function parseFast({ text, offset }: Part): Node | undefined {
  const isJson = /^[ \r\n]*[{[]/.test(text);
  if (
    (!isJson && text.includes("\t")) ||
    /^(?:%|\uFEFF)|(?:^|\n)\.\.\.|\r(?!\n)|[\u0085\u2028\u2029]/.test(text)
  )
    return undefined;
  try {
    return readDocument(new Cursor(text, offset));
  } catch (error) {
    if (error === UNUSUAL || error instanceof RangeError) return undefined;
    throw error;
  }
}

function readDocument(cursor: Cursor): Node {
  if (!cursor.nextLine()) throw UNUSUAL;
  if (cursor.indent === 0 && cursor.text.startsWith("---", cursor.pos)) {
    cursor.pos += 3;
    cursor.finishLine();
    if (!cursor.nextLine()) throw UNUSUAL;
  }
  const node = readBlock(cursor, -1);
  if (cursor.pos < cursor.text.length || node.kind === "scalar") throw UNUSUAL;
  return node;
}

/** What begins at the first character of a line, or behind a dash; the cursor goes to the next line with content. */
function readBlock(cursor: Cursor, parent: number): Node {
  if (isItem(cursor)) return readList(cursor, cursor.indent);
  if (keyEnd(cursor) >= 0) return readMap(cursor, cursor.indent);
  const node = readValue(cursor, parent);
  cursor.nextLine();
  return node;
}

function isItem(cursor: Cursor): boolean {
  return cursor.code() === DASH && isBlank(cursor.code(cursor.pos + 1));
}

function readList(cursor: Cursor, indent: number): Node {
  const items: Node[] = [];
  const at = cursor.offset + cursor.pos;
  do {
    cursor.pos += 1;
    cursor.skipSpaces();
    if (cursor.atLineEnd()) {
      const more = cursor.nextLine();
      items.push(
        more && cursor.indent > indent ? readBlock(cursor, indent) : nothing(cursor, at - cursor.offset),
      );
    } else {
      cursor.indent = cursor.pos - cursor.line;
      items.push(readBlock(cursor, indent));
    }
  } while (cursor.indent === indent && isItem(cursor));
  if (cursor.indent > indent) throw UNUSUAL;
  return { kind: "list", at, items };
}

function readMap(cursor: Cursor, indent: number): Node {
  const entries = new Map<string, Node>();
  const at = cursor.offset + cursor.pos;
  do {
    const colon = keyEnd(cursor);
    if (colon < 0) throw UNUSUAL;
    const key = readKey(cursor, colon);
    if (key === "<<" || entries.has(key)) throw UNUSUAL;
    cursor.pos = colon + 1;
    cursor.skipSpaces();
    if (cursor.atLineEnd()) entries.set(key, readBelow(cursor, indent, colon + 1));
    else {
      entries.set(key, readValue(cursor, indent));
      cursor.nextLine();
    }
  } while (cursor.indent === indent && !isItem(cursor));
  if (cursor.indent >= indent) throw UNUSUAL;
  return { kind: "map", at, entries };
}

/** The value of a key with nothing behind its colon. A list may stand as far left as its key. */
function readBelow(cursor: Cursor, indent: number, after: number): Node {
  if (!cursor.nextLine()) return nothing(cursor, after);
  if (cursor.indent > indent) return readBlock(cursor, indent);
  if (cursor.indent === indent && isItem(cursor)) return readList(cursor, indent);
  return nothing(cursor, after);
}

function nothing({ offset }: Cursor, at: number): ScalarNode {
  return {
    kind: "scalar",
    at: offset + at,
    value: null,
    style: "plain",
    start: offset + at,
    end: offset + at,
  };
}

/** A value that is neither a block map nor a block list. */
function readValue(cursor: Cursor, parent: number): Node {
  switch (cursor.text.charAt(cursor.pos)) {
    case "|":
    case ">":
      return readBlockScalar(cursor, parent);
    case '"':
    case "'": {
      const node = readQuoted(cursor, parent);
      cursor.finishLine();
      return node;
    }
    case "{":
    case "[": {
      const node = readFlow(cursor, parent);
      cursor.finishLine();
      return node;
    }
    default:
      return readPlain(cursor, parent);
  }
}

/** The colon behind a key that begins here; -1 where none does. */
function keyEnd(cursor: Cursor): number {
  const { text, pos } = cursor;
  const first = text.charCodeAt(pos);
  if (first === 34 || first === 39) return quotedKeyEnd(cursor, first);
  const end = cursor.endOfLine(pos);
  for (let at = text.indexOf(":", pos); at >= 0 && at < end; at = text.indexOf(":", at + 1)) {
    if (isBlank(text.charCodeAt(at + 1))) {
      if (at - pos > 1000) throw UNUSUAL;
      return cursor.commentFrom(pos) < at ? -1 : at;
    }
  }
  return -1;
}

function quotedKeyEnd({ text, pos }: Cursor, quote: number): number {
  let at = pos + 1;
  for (; ; at++) {
    const code = text.charCodeAt(at);
    if (Number.isNaN(code) || code === 10) return -1;
    if (code === quote && !(quote === 39 && text.charCodeAt(at + 1) === 39)) break;
    if ((quote === 34 && code === 92) || code === quote) at += 1;
  }
  at += 1;
  while (text.charCodeAt(at) === SPACE) at += 1;
  return text.charCodeAt(at) === COLON && isBlank(text.charCodeAt(at + 1)) ? at : -1;
}

function readKey(cursor: Cursor, colon: number): string {
  const { text, pos } = cursor;
  const first = text.charAt(pos);
  if (first === '"' || first === "'") {
    const key = readQuoted(cursor, cursor.indent);
    return String(key.value);
  }
  if ("?&*!|>%@`[]{},#".includes(first)) throw UNUSUAL;
  if (first === "-" && isBlank(text.charCodeAt(pos + 1))) throw UNUSUAL;
  const key = text.slice(pos, colon).trimEnd();
  if (key === "" || text.charCodeAt(pos) === HASH) throw UNUSUAL;
  return key;
}
