/** What every refusal and every error of Waybill tells its reader. */
export interface Problem {
  /** What it is about: an image, a file and line, a stack. */
  readonly about: string;
  readonly expected: string;
  readonly found: string;
  /** What to do next. */
  readonly next: string;
}

export function describeProblem({ about, expected, found, next }: Problem): string {
  // What to do must not run into the last row of a table.
  const end = found.includes("\n") ? "\n" : ". ";
  return `${about}: expected ${expected}, found ${found}${end}${next}`;
}

/** Base of the one error class that each room has; `Code` is that room's closed set of codes. */
export abstract class WaybillError<Code extends string = string> extends Error {
  constructor(
    readonly code: Code,
    readonly problem: Problem,
    options?: ErrorOptions,
  ) {
    super(describeProblem(problem), options);
    this.name = new.target.name;
  }
}
