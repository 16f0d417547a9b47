import { isDeepStrictEqual } from "node:util";
import { isAlias, isMap, isScalar, type Pair, parseDocument, Scalar, type YAMLMap } from "yaml";
import { quote } from "@waybill/core/image";
import { CliError } from "../command";

/** A part of a text and what takes its place. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

type Entry = Pair & { readonly key: Scalar };

/**
 * Sets one key under `config` of a Pulumi settings file, or takes it out (`undefined`), and changes nothing else of the
 * text. What the file then says is read back: a shape in which that would be more than this one key is refused.
 */
export function withSetting(file: string, text: string, key: string, value: string | undefined): string {
  const before = valuesOf(file, text);
  const held = settingsIn(before)?.[key];
  if (held === value) return text;
  const change = findChange(text, key, value);
  const after = change && text.slice(0, change.from) + change.text + text.slice(change.to);
  if (after === undefined || !says(after, before, key, value)) throw unusual(file, key, value);
  return after;
}

function valuesOf(file: string, text: string): unknown {
  const document = parseDocument(text, { logLevel: "error" });
  const [mistake] = document.errors;
  if (!mistake) return document.toJS({ maxAliasCount: 100 });
  throw new CliError("file", {
    about: quote(file),
    expected: "the settings of a stack (YAML)",
    found: mistake.message.split("\n")[0] ?? mistake.code,
    next: "Correct that line.",
  });
}

function settingsIn(values: unknown): Readonly<Record<string, unknown>> | undefined {
  const config = (values as { config?: Readonly<Record<string, unknown>> | null } | null)?.config;
  return config ?? undefined;
}

function says(text: string, before: unknown, key: string, value: string | undefined): boolean {
  const document = parseDocument(text, { logLevel: "error" });
  if (document.errors.length > 0) return false;
  const after: unknown = document.toJS({ maxAliasCount: 100 });
  const expected = { ...allBut(settingsIn(before), key), ...(value !== undefined && { [key]: value }) };
  return (
    isDeepStrictEqual(settingsIn(after) ?? {}, expected) &&
    isDeepStrictEqual(allBut(after, "config"), allBut(before, "config"))
  );
}

function allBut(values: unknown, key: string): object {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => name !== key));
}

function findChange(text: string, key: string, value: string | undefined): Change | undefined {
  const { contents } = parseDocument(text, { logLevel: "error" });
  if (contents === null || (isScalar(contents) && contents.value === null))
    return value === undefined ? undefined : atEnd(text, key, value);
  if (!isMap(contents)) return undefined;
  const section = entriesOf(contents).find((entry) => entry.key.value === "config");
  if (!section) return contents.flow || value === undefined ? undefined : atEnd(text, key, value);
  const config = section.value;
  if (!isMap(config)) return value === undefined ? undefined : inEmpty(text, section, key, value);
  const entry = entriesOf(config).find((one) => one.key.value === key);
  if (!entry) return value === undefined ? undefined : asNew(text, config, key, value);
  return value === undefined ? without(text, config, entry) : instead(text, entry, value);
}

function entriesOf(map: YAMLMap): Entry[] {
  return map.items.filter((item): item is Entry => isScalar(item.key));
}

/** A new line below those that name the place, where people look for it; else above all others. */
function asNew(text: string, config: YAMLMap, key: string, value: string): Change | undefined {
  const entries = entriesOf(config);
  const [first] = entries;
  const words = `${key}: ${asYaml(value)}`;
  if (config.flow) {
    const at = text.indexOf("{", config.range?.[0]) + 1;
    return insert(at, first ? ` ${words},` : ` ${words} `);
  }
  if (!first) return undefined;
  const start = startOf(first);
  const indent = text.slice(lineStart(text, start), start);
  if (indent.trim() !== "") return undefined;
  const above = ["target", "environment", "service"]
    .map((name) => entries.find((entry) => entry.key.value === `waybill:${name}`))
    .find((entry) => entry && isOnOneLine(text, entry));
  if (!above) return insert(lineStart(text, start), `${indent}${words}${eolOf(text, start)}`);
  return below(text, endOf(above), `${indent}${words}`);
}

function inEmpty(text: string, section: Entry, key: string, value: string): Change | undefined {
  const words = `${key}: ${asYaml(value)}`;
  const { value: nothing } = section;
  if (isScalar(nothing) && nothing.value === null && nothing.source !== undefined && nothing.source !== "") {
    const [from, to] = nothing.range ?? [0, 0];
    return { from, to, text: `{ ${words} }` };
  }
  const start = startOf(section);
  const indent = " ".repeat(start - lineStart(text, start) + 2);
  return below(text, section.key.range?.[1] ?? start, `${indent}${words}`);
}

function instead(text: string, { key, value: node }: Entry, value: string): Change | undefined {
  if (isAlias(node) || (isScalar(node) && node.anchor === undefined && node.source !== "")) {
    const [from, to] = node.range ?? [0, 0];
    const multiline = text.slice(from, to).includes("\n");
    return multiline ? undefined : { from, to, text: asYaml(value) };
  }
  if (isScalar(node) && node.anchor !== undefined) return undefined;
  if (node !== null && !isScalar(node)) return undefined;
  const colon = text.indexOf(":", key.range?.[1]) + 1;
  return insert(colon, ` ${asYaml(value)}`);
}

/** The whole line, with what is written behind it. */
function without(text: string, config: YAMLMap, entry: Entry): Change | undefined {
  if (!config.flow) {
    const from = lineStart(text, startOf(entry));
    const end = text.indexOf("\n", endOf(entry));
    return isOnOneLine(text, entry) ? { from, to: end < 0 ? text.length : end + 1, text: "" } : undefined;
  }
  const entries = entriesOf(config);
  const index = entries.indexOf(entry);
  const [before, after] = [entries[index - 1], entries[index + 1]];
  if (after) return { from: startOf(entry), to: startOf(after), text: "" };
  return { from: before ? endOf(before) : startOf(entry), to: endOf(entry), text: "" };
}

function atEnd(text: string, key: string, value: string): Change {
  const eol = eolOf(text, 0);
  const gap = text === "" || text === "\uFEFF" || text.endsWith("\n") ? "" : eol;
  return insert(text.length, `${gap}config:${eol}  ${key}: ${asYaml(value)}${eol}`);
}

function below(text: string, at: number, line: string): Change {
  const end = text.indexOf("\n", at);
  const eol = eolOf(text, at);
  return end < 0 ? insert(text.length, `${eol}${line}`) : insert(end + 1, `${line}${eol}`);
}

function insert(at: number, text: string): Change {
  return { from: at, to: at, text };
}

function startOf({ key }: Entry): number {
  return key.range?.[0] ?? 0;
}

function endOf({ key, value }: Entry): number {
  const range = (value as { range?: readonly number[] } | null)?.range;
  return Math.max(range?.[1] ?? 0, key.range?.[1] ?? 0);
}

function isOnOneLine(text: string, entry: Entry): boolean {
  const { value } = entry;
  if (value !== null && !isScalar(value) && !isAlias(value)) return false;
  return !text.slice(startOf(entry), endOf(entry)).includes("\n");
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** As the line that it stands in, or else the first one, ends. */
function eolOf(text: string, at: number): string {
  const next = text.indexOf("\n", at);
  const end = next < 0 ? text.indexOf("\n") : next;
  return end > 0 && text[end - 1] === "\r" ? "\r\n" : "\n";
}

/** A time without quotes would be read as something else than a text by Pulumi. */
function asYaml(value: string): string {
  return /^sha(256|512):[0-9a-f]+$/.test(value) ? value : JSON.stringify(value);
}

function unusual(file: string, key: string, value: string | undefined): CliError {
  return new CliError("file", {
    about: quote(file),
    expected: `a file in which ${key} can be ${value === undefined ? "taken out" : "set"} without a change of anything else`,
    found: "an unusual way of writing it",
    next: `Write it by hand: ${value === undefined ? `remove ${key}` : `${key}: ${value}`}`,
  });
}
