import { execFile } from "node:child_process";
import { promisify } from "node:util";

export interface Commit {
  readonly commit: string;
  readonly author: string;
  readonly date: string;
  readonly subject: string;
}

/** `back`: the second is older than the first. `aside`: neither comes from the other. */
export interface CommitRange {
  readonly direction: "forward" | "back" | "aside";
  readonly commits: readonly Commit[];
}

const execute = promisify(execFile);

/** The commits between two, newest first; undefined where git or one of the two is not there. */
export async function readCommits(
  folder: string,
  from: string,
  to: string,
): Promise<CommitRange | undefined> {
  const log = (span: string): Promise<Commit[] | undefined> => readLog(folder, span);
  const [ahead, behind] = await Promise.all([log(`${from}..${to}`), log(`${to}..${from}`)]);
  if (!ahead || !behind) return undefined;
  if (behind.length === 0) return { direction: "forward", commits: ahead };
  return ahead.length === 0 ? { direction: "back", commits: behind } : { direction: "aside", commits: ahead };
}

async function readLog(folder: string, span: string): Promise<Commit[] | undefined> {
  const format = "--format=%H%x1f%ae%x1f%cI%x1f%s";
  const args = ["-C", folder, "log", "--no-show-signature", "--no-color", format, span, "--"];
  try {
    const { stdout } = await execute("git", args, { maxBuffer: 64 * 1024 * 1024 });
    return stdout.split("\n").filter(Boolean).map(toCommit);
  } catch {
    // No git, no repository, or a clone that does not go back so far: then nobody knows.
    return undefined;
  }
}

function toCommit(line: string): Commit {
  const [commit = "", author = "", date = "", ...subject] = line.split("\x1f");
  return { commit, author, date, subject: subject.join(" ") };
}
