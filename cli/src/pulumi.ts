import { spawn } from "node:child_process";
import { CliError, type Io } from "./command";

export interface PulumiRun {
  readonly args: readonly string[];
  /** Where Pulumi.yaml is. */
  readonly folder: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Runs pulumi to its end and answers with its exit code. */
export async function runPulumi({ environment = process.env }: Io, run: PulumiRun): Promise<number> {
  const child = spawn("pulumi", run.args, {
    cwd: run.folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.setEncoding("utf8").on("data", run.out);
  child.stderr.setEncoding("utf8").on("data", run.err);
  return new Promise((done, fail) => {
    child.on("error", (cause: NodeJS.ErrnoException) => {
      const found = cause.code === "ENOENT" ? "none" : cause.message;
      const next = "Install it: https://www.pulumi.com/docs/install, or put it on PATH.";
      fail(
        new CliError("pulumi", { about: "pulumi", expected: "the program on PATH", found, next }, { cause }),
      );
    });
    child.on("close", (code) => done(code ?? 1));
  });
}

/** Who cannot decrypt a stack's secrets is told what to do without them. */
export async function showSecrets(
  io: Io,
  folder: string,
  stack: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const said = { out: "", err: "" };
  const code = await runPulumi(io, {
    args: ["config", "--show-secrets", "--json", ...stack],
    folder,
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
  });
  if (code !== 0) throw sealed(stack, said.err.trim() || `exit code ${code}`);
  try {
    return JSON.parse(said.out) as Readonly<Record<string, unknown>>;
  } catch {
    // What it is may hold secrets: it is not shown.
    throw sealed(stack, "something else than JSON");
  }
}

function sealed(stack: readonly string[], found: string): CliError {
  return new CliError("pulumi", {
    about: `Secrets of ${stack.join(" ")}`,
    expected: "pulumi config --show-secrets to show them",
    found,
    next: "Log in where they can be decrypted; or give the hash that pulumi preview prints: --config-hash HASH.",
  });
}
