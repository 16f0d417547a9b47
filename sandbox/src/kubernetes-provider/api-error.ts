import { ProviderError, type Values } from "@waybill/provider";
import { listAt, textAt } from "./object";

export interface Cause {
  readonly field: string;
  readonly message: string;
}

/** The API server said no. */
export class ApiError extends Error {
  readonly reason: string;
  readonly causes: readonly Cause[];
  /** What was not found: the object itself, its namespace, or its kind. */
  readonly missing: string | undefined;

  constructor(
    readonly status: number,
    body: Values,
  ) {
    super(textAt(body, "message") ?? "no reason given");
    this.name = "ApiError";
    this.reason = textAt(body, "reason") ?? "";
    this.missing = status === 404 ? textAt(body, "details", "kind") : undefined;
    this.causes = listAt(body, "details", "causes").map((cause) => ({
      field: textAt(cause, "field") ?? "",
      message: textAt(cause, "message") ?? "",
    }));
  }

  get isConflict(): boolean {
    return this.status === 409 && this.reason === "Conflict";
  }

  /** Validation has no code of its own for it, only these words. */
  get immutableFields(): readonly string[] {
    const words = /immutable|may not change|cannot change|may not be changed|updates to .* are forbidden/i;
    if (this.status !== 422) return [];
    return this.causes.filter(({ message }) => words.test(message)).map(({ field }) => field);
  }
}

/** A refusal of the API server in the four answers of every Waybill refusal. */
export function refused(about: string, error: ApiError): ProviderError {
  return new ProviderError(
    "refused",
    {
      about,
      expected: "the API server to accept it",
      found: `${[error.status, error.reason].filter(Boolean).join(" ")}: ${error.message}`,
      next: remedy(error),
    },
    { cause: error },
  );
}

function remedy(error: ApiError): string {
  if (error.isConflict)
    return 'Leave these fields to their owner, or take them over with the annotation pulumi.com/patchForce: "true".';
  if (error.missing === "namespaces") return "Create the namespace first, or name one that exists.";
  if (error.status === 404) return "Run `pulumi refresh` so that the state knows that it is gone.";
  if (error.status === 401) return "Check the credentials in the kubeconfig.";
  return "Change what the message names, and run again.";
}
