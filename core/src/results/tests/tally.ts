import type { Span } from "../read/times";

/** What a report says of the tests that it covers, once it is known not to contradict itself. */
export interface Tally extends Span {
  readonly tool: string;
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly skipped: number;
}

export type Outcome = "passed" | "failed" | "skipped";
