import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A Pulumi project in the sandbox, and how to speak to it. */
export interface Project {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Folder of the policy pack that guards every preview and update. */
  readonly policyPack: string;
  /** Where the stack settings are, so that tracked files stay as they are. */
  readonly settings: (stack: string) => string;
}

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Asking {
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs the Pulumi CLI; an abort is passed on as an interrupt, which lets it finish what it has begun. */
export function pulumi(project: Project, args: readonly string[], asking?: Asking): Promise<Answer> {
  return run(project, "pulumi", [...args, "--non-interactive", "--color", "never"], asking);
}

export async function run(
  { folder, environment }: Pick<Project, "folder" | "environment">,
  program: string,
  args: readonly string[],
  { onLine, signal }: Asking = {},
): Promise<Answer> {
  signal?.throwIfAborted();
  const child = spawn(program, args, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const interrupt = () => child.kill("SIGINT");
  signal?.addEventListener("abort", interrupt);
  const lines: Record<"stdout" | "stderr", string[]> = { stdout: [], stderr: [] };
  for (const stream of ["stdout", "stderr"] as const) {
    createInterface({ input: child[stream] }).on("line", (line) => {
      lines[stream].push(line);
      onLine?.(line);
    });
  }
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (status) => resolve(status ?? 1));
    });
    signal?.throwIfAborted();
    return { code, stdout: lines.stdout.join("\n"), stderr: lines.stderr.join("\n") };
  } finally {
    signal?.removeEventListener("abort", interrupt);
  }
}

/** Runs the Pulumi CLI and takes nothing but success. */
export async function mustPulumi(
  project: Project,
  args: readonly string[],
  asking?: Asking,
): Promise<string> {
  const { code, stdout, stderr } = await pulumi(project, args, asking);
  if (code !== 0)
    throw new Error(`pulumi ${args.join(" ")} ended with exit code ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

export function settingsOf(project: Project, stack: string): string[] {
  return ["--stack", stack, "--config-file", project.settings(stack)];
}
