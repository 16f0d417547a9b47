import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { KUSTOMIZATION_NAMES } from "@waybill/core/audit";

/** What stands below the paths that the user named. */
export interface Walked {
  /** As the user would call them, by their absolute path. */
  readonly manifests: ReadonlyMap<string, string>;
  /** Values of charts. */
  readonly values: ReadonlyMap<string, string>;
  /** Folders with a Chart.yaml, and their templates. */
  readonly charts: ReadonlyMap<string, { readonly shown: string; readonly templates: readonly string[] }>;
  /** Folders with a kustomization. */
  readonly kustomizations: ReadonlyMap<string, string>;
  readonly unread: readonly { readonly file: string; readonly problem: string }[];
}

/** What others wrote, and what version control keeps for itself. */
const SKIPPED = new Set(["node_modules", ".git", ".terraform"]);

/** Every YAML and JSON file below the paths; a file that is named itself counts whatever it is called. */
export function walk(paths: readonly string[]): Walked {
  const walker = new Walker();
  for (const path of paths) walker.start(path);
  return walker;
}

class Walker implements Walked {
  readonly manifests = new Map<string, string>();
  readonly values = new Map<string, string>();
  readonly charts = new Map<string, { shown: string; templates: string[] }>();
  readonly kustomizations = new Map<string, string>();
  readonly unread: { file: string; problem: string }[] = [];

  start(path: string): void {
    const kind = this.kindOf(path);
    if (kind === "folder") this.folder(path, undefined);
    else if (kind === "file") this.file(path, basename(path), undefined);
  }

  private kindOf(path: string): "file" | "folder" | "other" {
    try {
      const found = statSync(path);
      return found.isDirectory() ? "folder" : found.isFile() ? "file" : "other";
    } catch (error) {
      this.unread.push({ file: path, problem: (error as NodeJS.ErrnoException).code ?? String(error) });
      return "other";
    }
  }

  private folder(folder: string, chart: string | undefined): void {
    let entries;
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      this.unread.push({ file: folder, problem: (error as NodeJS.ErrnoException).code ?? String(error) });
      return;
    }
    const own = entries.some(({ name }) => name === "Chart.yaml") ? resolve(folder) : chart;
    if (own !== undefined && own !== chart) this.charts.set(own, { shown: folder, templates: [] });
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      // A link to a folder may lead back to where it stands.
      const kind = entry.isDirectory()
        ? "folder"
        : entry.isFile()
          ? "file"
          : this.kindOf(path) === "file"
            ? "file"
            : "other";
      if (kind === "folder" && !SKIPPED.has(entry.name)) this.folder(path, own);
      else if (
        kind === "file" &&
        (/\.(?:ya?ml|json)$/i.test(entry.name) || KUSTOMIZATION_NAMES.includes(entry.name))
      )
        this.file(path, entry.name, own);
    }
  }

  private file(path: string, name: string, chart: string | undefined): void {
    const absolute = resolve(path);
    if (KUSTOMIZATION_NAMES.includes(name)) this.kustomizations.set(resolve(path, ".."), join(path, ".."));
    else if (chart !== undefined && /^Chart\.(?:ya?ml|lock)$/.test(name)) return;
    else if (chart !== undefined && absolute.startsWith(join(chart, "templates/")))
      this.charts.get(chart)?.templates.push(path);
    else if (isValues(name, chart, absolute)) this.values.set(absolute, path);
    else this.manifests.set(absolute, path);
  }
}

function isValues(name: string, chart: string | undefined, path: string): boolean {
  return /values[^/]*\.ya?ml$/i.test(name) && (chart === undefined || !path.startsWith(join(chart, "crds/")));
}
