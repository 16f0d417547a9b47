import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where a program is; undefined where there is none. */
export function onPath(program: string, environment: NodeJS.ProcessEnv): string | undefined {
  return (environment["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Ran> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    const said: Record<"out" | "err", Buffer[]> = { out: [], err: [] };
    child.stdout.on("data", (chunk: Buffer) => said.out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => said.err.push(chunk));
    child.on("error", failed);
    child.on("close", (code) =>
      done({
        code,
        out: Buffer.concat(said.out).toString("utf8"),
        err: Buffer.concat(said.err).toString("utf8"),
      }),
    );
  });
}

/** The first line of what a program complained about. */
export function complaint({ code, err }: Ran): string {
  return err.trim().split("\n", 1)[0] || `ended with ${code ?? "a signal"}`;
}
