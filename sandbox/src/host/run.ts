import { spawn } from "node:child_process";
import { SandboxError } from "../error";

export interface RunOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
}

/** Runs a program to its end and gives what it printed. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    env: options.environment ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL",
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  const ending = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code === 0 ? "" : `exit ${code ?? signal ?? "?"}`));
  });
  const text = Buffer.concat(output).toString();
  if (ending === "") return text;
  const said = Buffer.concat(errors).toString().trim() || text.trim() || "no output";
  throw new SandboxError("command-failed", {
    about: command.join(" "),
    expected: "success",
    found: `${ending}: ${said}`,
    next: "",
  });
}
