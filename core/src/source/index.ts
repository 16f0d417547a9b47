import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { WaybillError } from "../problem";
import { ciRef, ciRun, type Environment } from "./ci";

export { ciRef, ciRun, requesterOf } from "./ci";
export { readCommits, type Commit, type CommitRange } from "./commits";

/** What git and the CI system know about the source that an image is built from. */
export interface Source {
  /** Full commit SHA. */
  readonly commit: string;
  /** Mail address of its author. */
  readonly author: string;
  /** Time of the commit in seconds, so that two builds of one commit agree. */
  readonly epoch: number;
  /** True if the work tree holds anything that the commit does not. */
  readonly dirty: boolean;
  /** Web address of the repository, without credentials; undefined where its remote is none. */
  readonly repository: string | undefined;
  /** The whole ref that is built, such as refs/heads/main; undefined on no branch. */
  readonly ref: string | undefined;
  /** The CI run, or "local". */
  readonly run: string;
}

export type SourceErrorCode = "no-git" | "no-commit";

export class SourceError extends WaybillError<SourceErrorCode> {}

const execute = promisify(execFile);

/** Stack files hold configuration, which never enters the image: a new pin does not make the source dirty. */
const stackFiles = ":(exclude,top,glob)Pulumi.*.yaml";

/** Reads the source that `folder` is part of. */
export async function readSource(folder: string, environment: Environment): Promise<Source> {
  const head = await git(folder, "log", "-1", "--no-show-signature", "--format=%H %ct %ae");
  const [commit = "", epoch = "", ...author] = head.split(" ");
  const [changes, remote, branch] = await Promise.all([
    git(folder, "status", "--porcelain", "--untracked-files=normal", "--", ":(top)", stackFiles),
    git(folder, "config", "--get", "remote.origin.url").catch(() => ""),
    git(folder, "symbolic-ref", "--quiet", "HEAD").catch(() => undefined),
  ]);
  return {
    commit,
    author: author.join(" "),
    epoch: Number(epoch),
    dirty: changes !== "",
    repository: webAddress(remote),
    ref: ciRef(environment) ?? branch,
    run: ciRun(environment),
  };
}

async function git(folder: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await execute("git", ["-C", folder, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim();
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException & { stderr?: string };
    const missing = error.code === "ENOENT";
    throw new SourceError(
      missing ? "no-git" : "no-commit",
      {
        about: folder,
        expected: missing ? "git on PATH" : "a git repository with a commit",
        found: missing ? "none" : (error.stderr ?? error.message).trim(),
        next: missing ? "Install git." : "Commit the source first: an image is named after its commit.",
      },
      { cause },
    );
  }
}

/** `git@host:org/app.git` and `https://user:secret@host/org/app.git` both become `https://host/org/app`. */
export function webAddress(remote: string): string | undefined {
  const ssh = /^(?:ssh:\/\/)?[^@/\s]+@([^:/\s]+)(?::\d+(?=\/))?[:/](.+)$/.exec(remote);
  const https = /^https?:\/\/(?:[^@/\s]*@)?([^/\s]+)\/(.+)$/.exec(remote);
  const [, host, path] = ssh ?? https ?? [];
  if (host === undefined || path === undefined) return undefined;
  return `https://${host}/${path.replace(/^\/+/, "").replace(/(\.git)?\/*$/, "")}`;
}
