import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Files } from "@waybill/core/audit";

/** Far above any manifest; below what a string can hold. */
const MOST_BYTES = 256 * 1024 * 1024;

export type Text = { readonly text: string } | { readonly problem: string };

export function readText(path: string): Text {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MOST_BYTES) return { problem: `${bytes.length} bytes are too many to read` };
    return isUtf8(bytes) ? { text: bytes.toString("utf8") } : { problem: "its bytes are no UTF-8" };
  } catch (error) {
    return { problem: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}

/** The file system as kustomizations see it; paths are shown as the user would write them. */
export function filesHere(shown: (path: string) => string | undefined): Files {
  const cache = new Map<string, string | undefined>();
  return {
    read: (path) => {
      if (!cache.has(path)) {
        const found = isFolder(path) ? undefined : readText(path);
        cache.set(path, found && "text" in found ? found.text : undefined);
      }
      return cache.get(path);
    },
    isFolder,
    resolve,
    show: (path) => shown(path) ?? (relative(".", path) || "."),
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
