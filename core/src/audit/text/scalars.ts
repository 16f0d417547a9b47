import { type Cursor, HASH, NEWLINE, RETURN, SPACE, UNUSUAL } from "./cursor";
import { plainValue, type ScalarNode, type Style } from "./node";

export function scalar(
  cursor: Cursor,
  start: number,
  end: number,
  value: ScalarNode["value"],
  style: Style,
): ScalarNode {
  const at = cursor.offset + start;
  return { kind: "scalar", at, value, style, start: at, end: style === "block" ? at : cursor.offset + end };
}

/** An unquoted text in a block; it goes on in each following line that is indented further than its parent. */
export function readPlain(cursor: Cursor, parent: number): ScalarNode {
  const { text, pos: start } = cursor;
  if ("&*!%@`#,]}[{|>\"'".includes(text.charAt(start))) throw UNUSUAL;
  if ("?-:".includes(text.charAt(start)) && isGap(cursor.code(start + 1))) throw UNUSUAL;
  const end = plainEnd(cursor, start);
  if (!goesOn(cursor, parent)) return scalar(cursor, start, end, plainValue(text.slice(start, end)), "plain");
  return readLongPlain(cursor, parent, start, end);
}

function isGap(code: number): boolean {
  return code === SPACE || code === NEWLINE || code === RETURN || Number.isNaN(code);
}

/** Where an unquoted text of this line ends; the cursor goes to what ends it. */
function plainEnd(cursor: Cursor, start: number): number {
  const { text } = cursor;
  let end = cursor.endOfLine(start);
  end = Math.min(end, cursor.commentFrom(start));
  cursor.pos = end;
  while (text.charCodeAt(end - 1) === SPACE) end -= 1;
  for (let at = text.indexOf(":", start); at >= 0 && at < end; at = text.indexOf(":", at + 1))
    if (at + 1 === end || text.charCodeAt(at + 1) === SPACE) throw UNUSUAL;
  return end;
}

/** Whether the next line with content belongs to the text before it. */
function goesOn(cursor: Cursor, parent: number): boolean {
  const { text } = cursor;
  // A comment ends the text.
  const ended = cursor.code(cursor.endOfLine(cursor.pos)) !== cursor.code(cursor.pos);
  let line = text.indexOf("\n", cursor.pos) + 1;
  while (line > 0) {
    let at = line;
    while (text.charCodeAt(at) === SPACE) at += 1;
    const code = text.charCodeAt(at);
    if (Number.isNaN(code)) return false;
    if (code !== NEWLINE && code !== RETURN) {
      if (at - line <= parent) return false;
      if (code === HASH) return lookPastComments(text, at, parent);
      if (ended) throw UNUSUAL;
      return true;
    }
    line = text.indexOf("\n", at) + 1;
  }
  return false;
}

/** Comments that are indented like a continuation are harmless, unless text follows that is so too. */
function lookPastComments(text: string, from: number, parent: number): boolean {
  for (let line = text.indexOf("\n", from) + 1; line > 0; line = text.indexOf("\n", line) + 1) {
    let at = line;
    while (text.charCodeAt(at) === SPACE) at += 1;
    const code = text.charCodeAt(at);
    if (code === HASH || code === NEWLINE || code === RETURN) continue;
    if (!Number.isNaN(code) && at - line > parent) throw UNUSUAL;
    return false;
  }
  return false;
}

function readLongPlain(cursor: Cursor, parent: number, start: number, firstEnd: number): ScalarNode {
  const { text } = cursor;
  let value = text.slice(start, firstEnd);
  let end = firstEnd;
  do {
    let breaks = 0;
    let at = cursor.pos;
    do {
      at = text.indexOf("\n", at) + 1;
      breaks += 1;
      while (text.charCodeAt(at) === SPACE) at += 1;
    } while (text.charCodeAt(at) === NEWLINE || text.charCodeAt(at) === RETURN);
    cursor.pos = at;
    end = plainEnd(cursor, at);
    value += (breaks === 1 ? " " : "\n".repeat(breaks - 1)) + text.slice(at, end);
  } while (goesOn(cursor, parent));
  return scalar(cursor, start, end, plainValue(value), "plain");
}

/** A text in quotes; the cursor goes behind it. */
export function readQuoted(cursor: Cursor, parent: number): ScalarNode {
  const { text, pos: start } = cursor;
  const quote = text.charAt(start);
  const end = closing(text, start + 1, quote);
  if (end < 0) throw UNUSUAL;
  cursor.pos = end + 1;
  const raw = text.slice(start + 1, end);
  const folded = raw.includes("\n") ? fold(raw, parent) : raw;
  const value =
    quote === "'" ? folded.replaceAll("''", "'") : folded.includes("\\") ? unescape(folded) : folded;
  return scalar(cursor, start, end + 1, value, quote === "'" ? "single" : "double");
}

function closing(text: string, from: number, quote: string): number {
  let at = text.indexOf(quote, from);
  if (quote === "'") {
    while (at >= 0 && text.charAt(at + 1) === "'") at = text.indexOf("'", at + 2);
    return at;
  }
  while (at >= 0) {
    let slashes = 0;
    while (text.charAt(at - 1 - slashes) === "\\" && at - 1 - slashes >= from) slashes += 1;
    if (slashes % 2 === 0) return at;
    at = text.indexOf(quote, at + 1);
  }
  return -1;
}

/** One line break is a space, more are one less; what ends in a backslash is left to the careful reader. */
function fold(raw: string, parent: number): string {
  if (raw.includes("\t")) throw UNUSUAL;
  const lines = raw.split(/\r?\n/);
  let value = "";
  let breaks = 0;
  for (const [index, line] of lines.entries()) {
    const first = index === 0;
    const last = index === lines.length - 1;
    if (!last && line.trimEnd().endsWith("\\")) throw UNUSUAL;
    if (!first && (last || line.trim() !== "") && line.length - line.trimStart().length <= parent)
      throw UNUSUAL;
    const part = (first ? line : line.replace(/^ +/, "")).replace(last ? /(?!)/ : / +$/, "");
    if (first) value = part;
    else if (part === "" && !last) breaks += 1;
    else {
      value += breaks === 0 ? " " : "\n".repeat(breaks);
      value += part;
      breaks = 0;
    }
  }
  return value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0", a: "\x07", b: "\b", t: "\t", n: "\n", v: "\v", f: "\f", r: "\r", e: "\x1b",
  " ": " ", '"': '"', "/": "/", "\\": "\\", N: "\x85", _: "\xa0", L: "\u2028", P: "\u2029",
}; // prettier-ignore
const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function unescape(text: string): string {
  return text.replace(/\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[^])/g, (escape) => {
    const kind = escape.charAt(1);
    if (escape.length === 2 + (DIGITS[kind] ?? -1))
      return String.fromCodePoint(Number.parseInt(escape.slice(2), 16));
    const known = ESCAPES[kind];
    if (known === undefined) throw UNUSUAL;
    return known;
  });
}

/** `|` and `>`; whatever is rare about them is left to the careful reader. */
export function readBlockScalar(cursor: Cursor, parent: number): ScalarNode {
  const { text, pos: start } = cursor;
  const style = text.charAt(start);
  const end = cursor.endOfLine(start);
  const header = /^[|>]([+-]?) *$/.exec(text.slice(start, end));
  if (!header || cursor.hasReturns) throw UNUSUAL;
  const lines: string[] = [];
  let indent = -1;
  let line = end + 1;
  for (; line < text.length;) {
    const stop = text.indexOf("\n", line);
    if (stop < 0) throw UNUSUAL;
    let at = line;
    while (text.charCodeAt(at) === SPACE) at += 1;
    if (at === stop) {
      if (indent < 0 ? at > line : at - line > indent) throw UNUSUAL;
      lines.push("");
    } else {
      if (indent < 0) indent = at - line;
      if (indent <= parent || at - line < indent) break;
      lines.push(text.slice(line + indent, stop));
    }
    line = stop + 1;
  }
  // Left on the line break before, from which the next line is found.
  cursor.pos = line - 1;
  if (indent <= parent) throw UNUSUAL;
  let last = lines.length;
  while (last > 0 && lines[last - 1] === "") last -= 1;
  const content = lines.slice(0, last);
  const body = style === "|" ? content.join("\n") : foldBlock(content);
  const tail = header[1] === "-" ? "" : header[1] === "+" ? "\n".repeat(lines.length - last + 1) : "\n";
  return scalar(cursor, start, start, body + tail, "block");
}

function foldBlock(lines: readonly string[]): string {
  let value = "";
  let breaks = 0;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith(" ") || (index === 0 && line === "")) throw UNUSUAL;
    if (line === "") {
      breaks += 1;
      continue;
    }
    if (index > 0) value += breaks === 0 ? " " : "\n".repeat(breaks);
    value += line;
    breaks = 0;
  }
  return value;
}
