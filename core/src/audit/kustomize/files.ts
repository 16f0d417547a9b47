import type { Node } from "../text/node";

/** What a kustomization can read; paths are absolute and normal. */
export interface Files {
  /** Undefined where there is no such file. */
  readonly read: (path: string) => string | undefined;
  readonly isFolder: (path: string) => boolean;
  /** The way from a folder to what one of its files names. */
  readonly resolve: (folder: string, name: string) => string;
  /** How findings call a file. */
  readonly show: (path: string) => string;
}

export const KUSTOMIZATION_NAMES: readonly string[] = [
  "kustomization.yaml",
  "kustomization.yml",
  "Kustomization",
];

/** The kustomization in a folder. */
export function kustomizationIn(files: Files, folder: string): string | undefined {
  return KUSTOMIZATION_NAMES.map((name) => files.resolve(folder, name)).find(
    (path) => files.read(path) !== undefined,
  );
}

export function entryOf(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === "map" ? node.entries.get(key) : undefined;
}

export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === "list" ? node.items : [];
}

export function textIn(node: Node | undefined): string | undefined {
  if (node?.kind !== "scalar" || node.value === null) return undefined;
  return String(node.value);
}
