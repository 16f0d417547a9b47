import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { unreadable } from "./error";

/** Gives the text of a file that a policy names. */
export type ReadFile = (name: string) => string;

/** Names are relative to the file that holds them. */
export function filesBeside(file: string): ReadFile {
  return (name) => readText(resolve(dirname(file), name));
}

export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw unreadable(file, "a readable file", (cause as NodeJS.ErrnoException).code ?? String(cause), cause);
  }
}
