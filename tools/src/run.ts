import { spawn } from "node:child_process";
import { onPath, type Machine } from "./machine";
import { ToolsError } from "./problem";

const TAIL = 15;

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Milliseconds; a program that only says its version must not hang the set-up. */
  readonly timeout?: number;
}

export interface Outcome {
  readonly code: number | undefined;
  readonly output: string;
}

/** Runs a program to its end. It dies with this process, also after a kill -9. */
export async function run(
  machine: Machine,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const { cwd, env = machine.env, signal, timeout } = options;
  const [command = "", ...args] = [...tether(machine), ...argv];
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      signal,
      timeout,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ code: undefined, output: `${output}${error.message}` }));
    child.on("close", (code) => resolve({ code: code ?? undefined, output }));
  });
}

/** Runs a program that must succeed; its last lines are the message when it does not. */
export async function mustRun(
  machine: Machine,
  argv: readonly string[],
  options: RunOptions & { readonly about: string; readonly next: string },
): Promise<string> {
  const { code, output } = await run(machine, argv, options);
  if (code === 0) return output;
  const tail = output.trimEnd().split("\n").slice(-TAIL).join("\n  ");
  throw new ToolsError("COMMAND_FAILED", {
    about: options.about,
    expected: `"${argv.slice(0, 2).join(" ")}" to succeed`,
    found: code === undefined ? "that it was stopped or did not start" : `exit code ${code}`,
    next: `${options.next} Its last lines:\n  ${tail}`,
  });
}

/** util-linux can tie a child's life to ours; elsewhere a build that we leave behind ends by itself. */
function tether(machine: Machine): string[] {
  const setpriv = machine.platform === "linux" ? onPath(machine, "setpriv")[0] : undefined;
  return setpriv === undefined ? [] : [setpriv, "--pdeathsig", "TERM", "--"];
}
