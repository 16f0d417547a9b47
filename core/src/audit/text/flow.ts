import { type Cursor, HASH, isBlank, NEWLINE, RETURN, SPACE, UNUSUAL } from "./cursor";
import { plainValue, type Node, type ScalarNode } from "./node";
import { readQuoted, scalar } from "./scalars";

const TAB = 9;
const CLOSE: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** `{…}` and `[…]`, and so all of JSON; the cursor goes behind it. */
export function readFlow(cursor: Cursor, parent: number): Node {
  const open = cursor.text.charAt(cursor.pos);
  const at = cursor.offset + cursor.pos;
  cursor.pos += 1;
  if (open === "{") return { kind: "map", at, entries: readEntries(cursor, parent) };
  const items: Node[] = [];
  for (skip(cursor, parent); !closes(cursor, open); separate(cursor, open, parent)) {
    items.push(readFlowValue(cursor, parent));
    skip(cursor, parent);
    if (cursor.text.charAt(cursor.pos) === ":") throw UNUSUAL;
  }
  return { kind: "list", at, items };
}

function readEntries(cursor: Cursor, parent: number): Map<string, Node> {
  const entries = new Map<string, Node>();
  for (skip(cursor, parent); !closes(cursor, "{"); separate(cursor, "{", parent)) {
    const key = readFlowKey(cursor, parent);
    if (entries.has(key) || key === "<<") throw UNUSUAL;
    skip(cursor, parent);
    entries.set(key, readFlowValue(cursor, parent));
    skip(cursor, parent);
  }
  return entries;
}

/** The cursor goes behind the key's colon. */
function readFlowKey(cursor: Cursor, parent: number): string {
  const { text, pos } = cursor;
  const first = text.charAt(pos);
  let key: string;
  if (first === '"' || first === "'") {
    const { value } = readQuoted(cursor, parent);
    if (text.slice(pos, cursor.pos).includes("\n")) throw UNUSUAL;
    key = String(value);
    while (cursor.code() === SPACE || cursor.code() === TAB) cursor.pos += 1;
    if (text.charAt(cursor.pos) !== ":") throw UNUSUAL;
  } else {
    const match = /[^\s,[\]{}:#&*!|>%@`"'?-][^\n\r\t,[\]{}:#]*(?=:[ \n\r])/y;
    match.lastIndex = pos;
    const found = match.exec(text)?.[0];
    if (found === undefined) throw UNUSUAL;
    key = found.trimEnd();
    cursor.pos = pos + found.length;
  }
  if (cursor.pos - pos > 1000) throw UNUSUAL;
  cursor.pos += 1;
  return key;
}

function readFlowValue(cursor: Cursor, parent: number): Node {
  const first = cursor.text.charAt(cursor.pos);
  if (first === "{" || first === "[") return readFlow(cursor, parent);
  if (first === '"' || first === "'") return readQuoted(cursor, parent);
  return readFlowPlain(cursor);
}

function readFlowPlain(cursor: Cursor): ScalarNode {
  const { text, pos: start } = cursor;
  const match = /[^\s,[\]{}:#&*!|>%@`"'?-][^\n\r\t,[\]{}#]*|-[^\s,[\]{}:#-][^\n\r\t,[\]{}#]*/y;
  match.lastIndex = start;
  const found = match.exec(text)?.[0];
  if (found === undefined || /:(?:\s|$)/.test(found)) throw UNUSUAL;
  const value = found.trimEnd();
  cursor.pos = start + value.length;
  if (text.charCodeAt(start + found.length) === HASH) throw UNUSUAL;
  return scalar(cursor, start, cursor.pos, plainValue(value), "plain");
}

/** At the end of a collection; the cursor goes behind it. */
function closes(cursor: Cursor, open: string): boolean {
  if (cursor.text.charAt(cursor.pos) !== CLOSE[open]) return false;
  cursor.pos += 1;
  return true;
}

function separate(cursor: Cursor, open: string, parent: number): void {
  const next = cursor.text.charAt(cursor.pos);
  if (next === ",") {
    cursor.pos += 1;
    skip(cursor, parent);
  } else if (next !== CLOSE[open]) throw UNUSUAL;
}

/** Space and line breaks; each line must be indented further than what the collection is in. */
function skip(cursor: Cursor, parent: number): void {
  const { text } = cursor;
  let line = -1;
  for (; ; cursor.pos += 1) {
    const code = text.charCodeAt(cursor.pos);
    if (code === NEWLINE) line = cursor.pos + 1;
    else if (code !== SPACE && code !== TAB && code !== RETURN) break;
  }
  if (text.charCodeAt(cursor.pos) === HASH) throw UNUSUAL;
  if (line >= 0 && cursor.pos - line <= parent && !isBlank(text.charCodeAt(cursor.pos))) throw UNUSUAL;
}
