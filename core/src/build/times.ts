import { lutimes, readdir, lstat } from "node:fs/promises";
import { join } from "node:path";

/**
 * Gives every file of a build context that is older than its commit the commit's time. BuildKit takes later times back
 * to it (`rewrite-timestamp`), but leaves earlier ones: without this, whoever edited a file before committing it
 * would build another digest than whoever cloned the commit.
 */
export async function raiseTimes(folder: string, epoch: number): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  await Promise.all(
    entries
      .filter(({ name }) => name !== ".git")
      .map(async (entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) await raiseTimes(path, epoch);
        await raiseTime(path, epoch);
      }),
  );
  await raiseTime(folder, epoch);
}

async function raiseTime(path: string, epoch: number): Promise<void> {
  const { mtimeMs, atime } = await lstat(path);
  if (mtimeMs < epoch * 1000) await lutimes(path, atime, epoch);
}
