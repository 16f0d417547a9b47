import { readFileSync } from "node:fs";
import { LineCounter, parseDocument, type Document } from "yaml";
import { SchemaError } from "./errors";
import { findMistakes, type JsonSchema, type Mistake } from "./validate";

/** A YAML document as plain data, and where in its text each part stands. */
export interface YamlText {
  readonly value: unknown;
  /** The line of what a path such as `/environments/0/name` leads to; a missing part is at its parent's line. */
  readonly line: (path: string) => number;
}

/** Reads a YAML file that must fit a schema. */
export function loadYaml(file: string, schema: JsonSchema): unknown {
  return parseYaml(file, readText(file), schema);
}

export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new SchemaError(
      "unreadable",
      {
        about: file,
        expected: "a readable file",
        found: (cause as NodeJS.ErrnoException).code ?? String(cause),
        next: "Write the file, or name another one.",
      },
      { cause },
    );
  }
}

/** Parses YAML that must fit a schema; all mistakes are reported at once, each with its line. */
export function parseYaml(file: string, text: string, schema: JsonSchema): unknown {
  const { value, line } = readYaml(file, text);
  const mistakes = findMistakes(value, schema);
  if (mistakes.length > 0) throw invalid(file, mistakes, line);
  return value;
}

/** Parses YAML, whatever it says. */
export function readYaml(file: string, text: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: "error" });
  return { value: toValue(file, document), line: (path) => lineOf(document, lines, path) };
}

function toValue(file: string, document: Document.Parsed): unknown {
  const broken = document.errors.map(
    (e) => `line ${e.linePos?.[0].line ?? 1}: ${e.message.split("\n")[0] ?? e.code}`,
  );
  if (broken.length > 0) throw notYaml(file, broken);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    // An alias without an anchor, or so many that they would fill the memory.
    throw notYaml(file, [(cause as Error).message], { cause });
  }
}

function notYaml(file: string, found: readonly string[], options?: ErrorOptions): SchemaError {
  const problem = {
    about: file,
    expected: "YAML",
    found: list(found),
    next: "Correct the lines named above.",
  };
  return new SchemaError("unreadable", problem, options);
}

/** The error for a file whose content does not fit; also for checks that a schema cannot say. */
export function invalid(
  file: string,
  mistakes: readonly Mistake[],
  line?: (path: string) => number,
): SchemaError {
  const found = mistakes.map(({ path, message }) => {
    const where = line ? `line ${line(path)}: ` : "";
    return `${where}${path === "" ? "" : `${path}: `}${message}`;
  });
  return new SchemaError("invalid", {
    about: file,
    expected: "what its schema asks for",
    found: list(found),
    next: "Correct what is named above.",
  });
}

function list(found: readonly string[]): string {
  return found.length === 1
    ? (found[0] ?? "")
    : `${found.length} mistakes:${found.map((f) => `\n  ${f}`).join("")}\n`;
}

/** The line of the deepest node that a path leads to: a missing key is reported at its parent. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: string): number {
  const steps = path
    .split("/")
    .slice(1)
    .map((s) => s.replaceAll("~1", "/").replaceAll("~0", "~"));
  for (let depth = steps.length; depth > 0; depth--) {
    const node = document.getIn(steps.slice(0, depth).map(step), true) as
      { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function step(key: string): string | number {
  return /^\d+$/.test(key) ? Number(key) : key;
}
