/** The room imports nothing, so it carries its own form of what every refusal says. */
export interface Problem {
  readonly about: string;
  readonly expected: string;
  readonly found: string;
  readonly next: string;
}

export type ToolsCode =
  "UNKNOWN_TOOL" | "MISSING_PREREQUISITES" | "COMMAND_FAILED" | "CHECKSUM_MISMATCH" | "DOES_NOT_RUN";

export class ToolsError extends Error {
  constructor(
    readonly code: ToolsCode,
    readonly problem: Problem,
    options?: ErrorOptions,
  ) {
    super(`${problem.about}: expected ${problem.expected}, found ${problem.found}. ${problem.next}`, options);
    this.name = "ToolsError";
  }
}
