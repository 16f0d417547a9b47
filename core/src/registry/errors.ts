import { type Problem, WaybillError } from "../problem";

export type RegistryErrorCode =
  | "aborted"
  | "unreachable"
  | "timeout"
  | "unavailable"
  | "rate-limited"
  | "budget-exhausted"
  | "unauthorized"
  | "forbidden"
  | "credentials"
  | "insecure"
  | "unsafe-redirect"
  | "not-found"
  | "unsupported"
  | "rejected"
  | "conflict"
  | "immutable-tag"
  | "digest-mismatch"
  | "size-mismatch"
  | "too-large"
  | "malformed";

interface Details extends ErrorOptions {
  readonly status?: number | undefined;
}

/**
 * A registry gave no usable answer. Only `not-found` says that something is not there; every other code means that
 * it could not be found out, and must never be read as "nothing there".
 */
export class RegistryError extends WaybillError<RegistryErrorCode> {
  readonly status: number | undefined;

  constructor(code: RegistryErrorCode, problem: Problem, details: Details = {}) {
    super(code, problem, details);
    this.status = details.status;
  }
}

export function registryError(
  code: RegistryErrorCode,
  problem: Omit<Problem, "next"> & { readonly next?: string },
  details: Details = {},
): RegistryError {
  return new RegistryError(code, { next: NEXT[code], ...problem }, details);
}

const NEXT: Readonly<Record<RegistryErrorCode, string>> = {
  aborted: "Start it again when you want the answer.",
  unreachable: "Check the registry's name, the network and the certificate, then try again.",
  timeout: "Check the network and the registry's health, then try again.",
  unavailable: "Check the registry's health, then try again.",
  "rate-limited": "Try again later, with fewer requests at once, or log in for a higher limit.",
  "budget-exhausted": "Raise the request budget, or do less in one run.",
  unauthorized: "Log in to the registry (docker login) and try again.",
  forbidden: "Ask for access to this repository.",
  credentials: "Repair the docker configuration, or log in to the registry again.",
  insecure: "Give the registry TLS. Credentials never travel over plain HTTP.",
  "unsafe-redirect": "Ask whoever runs the registry where it should redirect to.",
  "not-found": "Check the name and the digest, and that it was pushed there.",
  unsupported: "Use a registry that follows the OCI distribution specification.",
  rejected: "Read the registry's reason and change what is sent.",
  conflict: "Somebody else is writing the same thing. Try again.",
  "immutable-tag": "Use a registry with the referrers API, or except tags like sha256-* from immutability.",
  "digest-mismatch": "Do not use this content: it is not what was asked for. Look at the registry.",
  "size-mismatch": "Do not use this content: it is not what was asked for. Look at the registry.",
  "too-large": "Look at what was pushed there: no honest content is this large.",
  malformed: "Check that this is an OCI registry and that no proxy changes its answers.",
};
