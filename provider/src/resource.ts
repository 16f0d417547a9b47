import type { Difference } from "./difference";
import type { Path } from "./path";
import type { Values } from "./value";

export type Severity = "debug" | "info" | "warning" | "error";

/** One running call of the engine. */
export interface Operation {
  readonly urn: string;
  readonly name: string;
  readonly type: string;
  /** Aborted by Ctrl-C, and when the engine is gone. */
  readonly signal: AbortSignal;
  /** Shown beside the resource while it is being worked on; the empty text clears it. */
  progress(text: string): void;
  /** Stays in the update's diagnostics. */
  log(severity: Severity, text: string): void;
}

export interface Checked {
  readonly inputs: Values;
  readonly failures: readonly CheckFailure[];
}
export interface CheckFailure {
  readonly path: Path;
  readonly reason: string;
}

export interface Diff {
  readonly changes: readonly Change[];
  readonly deleteBeforeReplace?: boolean;
}
export interface Change extends Difference {
  readonly replace?: boolean;
}

export interface CheckRequest {
  /** Empty for a resource that does not exist yet. */
  readonly olds: Values;
  readonly news: Values;
  /** Where a generated name takes its randomness from, so that an update plan repeats it. */
  readonly seed: Uint8Array;
  readonly autonaming?: { readonly mode: "propose" | "enforce" | "disable"; readonly proposed: string };
}
export interface DiffRequest {
  readonly id: string;
  readonly oldInputs: Values;
  readonly oldOutputs: Values;
  readonly news: Values;
  readonly ignoreChanges: readonly Path[];
}
export interface CreateRequest {
  readonly inputs: Values;
  readonly preview: boolean;
  /** The user's customTimeouts, in seconds. */
  readonly timeout: number | undefined;
}
export interface ReadRequest {
  readonly id: string;
  /** Undefined when the resource is imported or looked up. */
  readonly inputs: Values | undefined;
  readonly outputs: Values;
}
export interface UpdateRequest extends CreateRequest {
  readonly id: string;
  readonly oldInputs: Values;
  readonly oldOutputs: Values;
  readonly ignoreChanges: readonly Path[];
}
export interface DeleteRequest {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
  readonly timeout: number | undefined;
}

export interface Created {
  readonly id: string;
  readonly outputs: Values;
}
export interface Found extends Created {
  readonly inputs: Values;
}

/**
 * What the engine asks of a resource type.
 *
 * The contract: **every create is idempotent.** A CLI that is killed between a create and the writing of its state
 * repeats that create later; it must then find its own earlier result and answer with it, never make a second one.
 * Delete is the same: what is already gone is deleted.
 *
 * With `preview` set nothing may change anywhere; values that only the update will know are `Unknown`.
 */
export interface Resource {
  check(request: CheckRequest, operation: Operation): Promise<Checked>;
  diff(request: DiffRequest, operation: Operation): Promise<Diff>;
  create(request: CreateRequest, operation: Operation): Promise<Created>;
  /** Undefined: it does not exist. */
  read(request: ReadRequest, operation: Operation): Promise<Found | undefined>;
  update(request: UpdateRequest, operation: Operation): Promise<Values>;
  delete(request: DeleteRequest, operation: Operation): Promise<void>;
}

export interface Provider {
  readonly name: string;
  readonly version: string;
  /** The Pulumi package schema, as JSON text. */
  readonly schema?: string;
  checkConfig?(request: Pick<CheckRequest, "olds" | "news">, operation: Operation): Promise<Checked>;
  diffConfig?(
    request: Pick<DiffRequest, "oldInputs" | "news" | "ignoreChanges">,
    operation: Operation,
  ): Promise<Diff>;
  configure(config: Values, operation: Operation): Promise<void>;
  /** Throws a ProviderError for a type that it does not serve. */
  resource(type: string): Resource;
}
