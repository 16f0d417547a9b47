import type { Values } from "./value";

export type ProviderErrorCode =
  "invalid" | "unsupported" | "refused" | "unreachable" | "cancelled" | "failed";

/** What every refusal tells its reader; the same four answers as everywhere in Waybill. */
export interface Problem {
  readonly about: string;
  readonly expected: string;
  readonly found: string;
  readonly next: string;
}

/** An operation that changed nothing. */
export class ProviderError extends Error {
  constructor(
    readonly code: ProviderErrorCode,
    readonly problem: Problem,
    options?: ErrorOptions,
  ) {
    super(`${problem.about}: expected ${problem.expected}, found ${problem.found}. ${problem.next}`, options);
    this.name = "ProviderError";
  }
}

/**
 * The resource exists, but is not what was asked for: a rollout that failed, a wait that was cut off. The engine
 * stores its state together with the reasons (initErrors), and the next update tries again.
 */
export class PartialFailure extends Error {
  constructor(
    readonly id: string,
    readonly outputs: Values,
    readonly reasons: readonly string[],
    readonly inputs?: Values,
  ) {
    super(reasons.join("\n"));
    this.name = "PartialFailure";
  }
}
