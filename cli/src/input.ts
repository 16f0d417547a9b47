import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { quote } from "@waybill/core/image";
import { type Arguments, CliError } from "./command";

/** Far above anything that is meant to be read whole. */
const MOST_BYTES = 512 * 1024 * 1024;

export function textFlag({ flags }: Arguments, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

export function textFlags({ flags }: Arguments, name: string): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

export function requiredFlag(command: string, args: Arguments, name: string): string {
  const value = textFlag(args, name);
  if (value === undefined || value === "")
    throw wrongUsage(command, `--${name}`, value === "" ? "an empty one" : "none");
  return value;
}

/** A whole file that the user named. */
export function readInput(file: string, mostBytes = MOST_BYTES): Buffer {
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    const { size } = fstatSync(handle);
    if (size > mostBytes) throw unreadable(file, `at most ${mostBytes} bytes`, `${size}`);
    return readFileSync(handle);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw unreadable(file, "a readable file", (cause as NodeJS.ErrnoException).code ?? String(cause), cause);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

export function readJson(file: string): unknown {
  try {
    return JSON.parse(readInput(file).toString("utf8"));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw unreadable(file, "JSON", (cause as Error).message, cause);
  }
}

export function wrongUsage(command: string, expected: string, found: string): CliError {
  const about = `waybill ${command}`;
  return new CliError("usage", { about, expected, found, next: `Run: ${about} --help` });
}

function unreadable(file: string, expected: string, found: string, cause?: unknown): CliError {
  const problem = { about: quote(file), expected, found, next: "Write the file, or name another one." };
  return new CliError("file", problem, { cause });
}
