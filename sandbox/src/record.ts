import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SandboxError } from "./error";
import type { Place } from "./place";

export type PluginSource = "official" | "stand-in" | "built";

export interface InstalledPlugin {
  readonly version: string;
  readonly source: PluginSource;
}

/** What `up` writes down about a sandbox; which processes are its own is read from the processes themselves. */
export interface SandboxRecord {
  readonly version: 1;
  readonly port: number;
  /** The clone that made it: its compiled code runs in it. */
  readonly owner: string;
  readonly builder?: string;
  readonly nodeImage?: string;
  readonly plugins?: Readonly<Record<"kubernetes" | "docker-build", InstalledPlugin>>;
}

export function readRecord(place: Place): SandboxRecord | undefined {
  try {
    return JSON.parse(readFileSync(place.record, "utf8")) as SandboxRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new SandboxError(
      "bad-state",
      {
        about: place.record,
        expected: "what `up` wrote there",
        found: (error as Error).message,
        next: "`npm run sandbox -- down`, then `npm run sandbox -- up`.",
      },
      { cause: error },
    );
  }
}

export function writeRecord(place: Place, record: SandboxRecord): void {
  mkdirSync(path.dirname(place.record), { recursive: true, mode: 0o700 });
  const draft = `${place.record}.new`;
  writeFileSync(draft, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, place.record);
}

export function assertOwner(place: Place, clone: string): void {
  const owner = readRecord(place)?.owner ?? clone;
  if (owner === clone) return;
  throw new SandboxError("other-clone", {
    about: `the sandbox on port ${place.port}`,
    expected: `one made by this clone, ${clone}`,
    found: `one made by ${owner}`,
    next:
      "Use it from there, or remove it with `npm run sandbox -- down`, " +
      `or have one of your own: WAYBILL_SANDBOX_PORT=${place.port + 1}`,
  });
}
