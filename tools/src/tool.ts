import type { Range } from "./version";

/** A program that the sandbox needs. Rows of this shape are all that this room knows about any one program. */
export interface Tool {
  readonly name: string;
  /** Its file, where that is not its name. */
  readonly program?: string;
  /** Other programs that must stand in the same folder. */
  readonly companions?: readonly string[];
  /** Asks its version. Without this, none that is already on the machine can be trusted to fit. */
  readonly check?: Check;
  /** Where to get it: the first that is usable. */
  readonly sources: readonly Source[];
}

export interface Check {
  readonly ask: readonly string[];
  readonly fits: Range;
}

export type Source = GoSource | DebianSource | ArchiveSource;

/** Built from Go modules; the tracked go.mod of each recipe holds the same version and all checksums. */
export interface GoSource {
  readonly kind: "go";
  readonly version: string;
  readonly builds: readonly GoBuild[];
  /** Files that lie in a module and are not compiled. */
  readonly copies?: readonly { readonly recipe: string; readonly module: string; readonly path: string }[];
}

/** A recipe is a folder in tools/go; what shares a recipe is compiled together. */
export interface GoBuild {
  readonly recipe: string;
  readonly package: string;
  readonly program: string;
}

/** Unpacked from the distribution's packages, without installing them; the version is the distribution's choice. */
export interface DebianSource {
  readonly kind: "debian";
  readonly packages: readonly string[];
  /** Libraries come along in the packages: the program is started through a script that names their folder. */
  readonly ownLibraries?: boolean;
}

/** The maker's own download, pinned by checksum. */
export interface ArchiveSource {
  readonly kind: "archive";
  readonly version: string;
  readonly url: string;
  /** By `<platform> <arch>`. */
  readonly files: Readonly<Record<string, { readonly name: string; readonly sha256: string }>>;
  /** The folder inside that holds the programs. */
  readonly folder: string;
}

export const programOf = (tool: Tool): string => tool.program ?? tool.name;
export const programsOf = (tool: Tool): readonly string[] => [programOf(tool), ...(tool.companions ?? [])];
