export type SandboxErrorCode =
  | "bad-usage"
  | "bad-port"
  | "long-path"
  | "wrong-machine"
  | "missing-program"
  | "port-taken"
  | "network-taken"
  | "other-clone"
  | "busy"
  | "command-failed"
  | "part-failed"
  | "not-running"
  | "bad-state";

/** What every refusal of the sandbox says. The room imports nothing of the core, so it keeps its own. */
export interface SandboxProblem {
  readonly about: string;
  readonly expected: string;
  readonly found: string;
  readonly next: string;
}

export class SandboxError extends Error {
  constructor(
    readonly code: SandboxErrorCode,
    readonly problem: SandboxProblem,
    options?: ErrorOptions,
  ) {
    super(`${problem.about}: expected ${problem.expected}, found ${problem.found}. ${problem.next}`, options);
    this.name = "SandboxError";
  }
}
