import { createHash } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./machine";
import { ToolsError } from "./problem";
import { mustRun } from "./run";
import type { ArchiveSource } from "./tool";

const DOWNLOAD_WITHIN = 600_000;

export async function isReachable(machine: Machine, source: ArchiveSource): Promise<boolean> {
  const file = fileFor(machine, source);
  if (file === undefined) return false;
  try {
    const answer = await fetch(`${source.url}/${file.name}`, {
      method: "HEAD",
      signal: AbortSignal.timeout(machine.reachableWithin),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

/** Downloads, compares the checksum, and leaves `<draft>/<name>/bin`. */
export async function unpackArchive(
  machine: Machine,
  name: string,
  source: ArchiveSource,
  draft: string,
  signal: AbortSignal,
) {
  const file = fileFor(machine, source);
  const url = `${source.url}/${file?.name}`;
  const found = await download(url, AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_WITHIN)]));
  const sha256 = createHash("sha256").update(found).digest("hex");
  if (sha256 !== file?.sha256) {
    throw new ToolsError("CHECKSUM_MISMATCH", {
      about: url,
      expected: `sha256 ${file?.sha256}`,
      found: `sha256 ${sha256}`,
      next: "Do not use this file. Somebody between here and its maker may have changed it; install the program by hand.",
    });
  }
  const packed = join(draft, "archive.tar.gz");
  writeFileSync(packed, found);
  mkdirSync(join(draft, "unpacked"));
  mkdirSync(join(draft, name));
  const next = "Install tar, and run the same command again.";
  await mustRun(machine, ["tar", "-xzf", packed, "-C", join(draft, "unpacked")], {
    signal,
    about: url,
    next,
  });
  renameSync(join(draft, "unpacked", source.folder), join(draft, name, "bin"));
}

const fileFor = (machine: Machine, source: ArchiveSource) =>
  source.files[`${machine.platform} ${machine.arch}`];

async function download(url: string, signal: AbortSignal): Promise<Buffer> {
  try {
    const answer = await fetch(url, { signal });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const next = "Run the same command again.";
    throw new ToolsError(
      "COMMAND_FAILED",
      { about: url, expected: "the whole file", found, next },
      { cause: error },
    );
  }
}
